import Drawing
import Foundation
import Plotting
import Testing

@testable import Plotting

@Suite("Layouts of graphs, trees and contours")
struct StructureTests {
  @Test("A graph that can be drawn without crossings is")
  func planar() {
    // Given in an order that crosses everywhere.
    let layout = LayeredLayout(
      layers: [0, 0, 0, 0, 1, 1, 1, 1], edges: [(0, 7), (1, 6), (2, 5), (3, 4)])
    #expect(layout.crossings == 0)
    let places = layout.place
    #expect(places[0] == places[7] && places[3] == places[4])
  }

  @Test("Nodes of a layer keep a distance and edges over layers have a place in each between")
  func routes() {
    let layout = LayeredLayout(
      layers: [0, 1, 1, 2, 2, 2, 3], edges: [(0, 1), (0, 2), (1, 3), (2, 4), (2, 5), (3, 6), (0, 6), (6, 1)])
    for pair in [(1, 2), (3, 4), (4, 5), (3, 5)] {
      #expect(abs(layout.place[pair.0] - layout.place[pair.1]) >= 1 - 1e-9)
    }
    #expect(layout.route[6].count == 2)
    #expect(layout.route[7].count == 1)
    #expect(layout.route[0].isEmpty)
    #expect(layout.reach < 3)
  }

  @Test("Edges within a layer have no route and harm nothing")
  func sameLayer() {
    let layout = LayeredLayout(layers: [0, 0], edges: [(0, 1)])
    #expect(layout.route == [[]])
    #expect(layout.crossings == 0)
  }

  @Test("The contour of a cone is one closed circle")
  func circle() throws {
    let side = 41
    let values = (0..<side * side).map { place -> PlotValue in
      PlotValue(hypot(Double(place % side) / 20 - 1, Double(place / side) / 20 - 1))
    }
    let mark = ContourMark(rows: side, columns: side, values: values, x: -1...1, y: -1...1, levels: [0.5])
    let lines = mark.lines(at: 0.5)
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    #expect(line.isClosed)
    #expect(line.points.allSatisfy { abs(hypot($0.x, $0.y) - 0.5) < 2e-3 })
    // A quarter of the grid's squares on the way around lie under it.
    #expect(line.points.count > 60)
  }

  @Test("A contour that leaves the grid is one open line from edge to edge; gaps are left out")
  func open() {
    let plane = (0..<36).map { PlotValue(Double($0 % 6)) }
    let mark = ContourMark(rows: 6, columns: 6, values: plane, x: 0...5, y: 0...5, levels: [2.5])
    #expect(mark.lines(at: 2.5).map(\.isClosed) == [false])
    #expect(mark.lines(at: 2.5)[0].points.count == 6)
    #expect(mark.lines(at: 2.5)[0].points.allSatisfy { abs($0.x - 2.5) < 1e-12 })
    var gappy = plane
    gappy[15] = .nan
    let broken = ContourMark(rows: 6, columns: 6, values: gappy, x: 0...5, y: 0...5, levels: [2.5])
    #expect(broken.lines(at: 2.5).count == 2)
  }

  @Test("A saddle joins by its middle and crosses nothing")
  func saddle() {
    let mark = ContourMark(
      rows: 2, columns: 2, values: [1, 0, 0, 1].map(PlotValue.init), x: 0...1, y: 0...1, levels: [0.4])
    #expect(mark.lines(at: 0.4).count == 2)
  }

  @Test("Leaves of a tree stand where no branches cross")
  func leaves() {
    let tree = DendrogramMark(
      leafCount: 5,
      merges: [.init(0, 3, height: 1), .init(1, 4, height: 2), .init(5, 2, height: 3), .init(7, 6, height: 4)])
    #expect(tree.leafOrder == [0, 3, 2, 1, 4])
  }

  @Test("A forest keeps all its leaves")
  func forest() {
    #expect(DendrogramMark(leafCount: 3, merges: [.init(0, 2, height: 1)]).leafOrder == [1, 0, 2])
  }
}
