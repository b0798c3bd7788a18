import Drawing
import Foundation
import Plotting
import Testing

@Suite("Colours")
struct ColorTests {
  /// Published pairs of Sharma, Wu & Dalal 2005, table 1: L*, a*, b* of both, and ΔE₀₀.
  static let pairs: [[Double]] = [
    [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425], [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
    [50, 2.8361, -74.02, 50, 0, -82.7485, 3.4412], [50, -1.3802, -84.2814, 50, 0, -82.7485, 1],
    [50, -1.1848, -84.8006, 50, 0, -82.7485, 1], [50, -0.9009, -85.5211, 50, 0, -82.7485, 1],
    [50, 0, 0, 50, -1, 2, 2.3669], [50, -1, 2, 50, 0, 0, 2.3669], [50, 2.49, -0.001, 50, -2.49, 0.0009, 7.1792],
    [50, 2.49, -0.001, 50, -2.49, 0.001, 7.1792], [50, 2.49, -0.001, 50, -2.49, 0.0011, 7.2195],
    [50, 2.49, -0.001, 50, -2.49, 0.0012, 7.2195], [50, -0.001, 2.49, 50, 0.0009, -2.49, 4.8045],
    [50, -0.001, 2.49, 50, 0.001, -2.49, 4.8045], [50, -0.001, 2.49, 50, 0.0011, -2.49, 4.7461],
    [50, 2.5, 0, 50, 0, -2.5, 4.3065], [50, 2.5, 0, 73, 25, -18, 27.1492], [50, 2.5, 0, 61, -5, 29, 22.8977],
    [50, 2.5, 0, 56, -27, -3, 31.903], [50, 2.5, 0, 58, 24, 15, 19.4535], [50, 2.5, 0, 50, 3.1736, 0.5854, 1],
    [50, 2.5, 0, 50, 3.2972, 0, 1], [50, 2.5, 0, 50, 1.8634, 0.5757, 1], [50, 2.5, 0, 50, 3.2592, 0.335, 1],
    [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
    [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.263],
    [61.2901, 3.7196, -5.3901, 61.4292, 2.248, -4.962, 1.8731],
    [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
    [22.7233, 20.0904, -46.694, 23.0331, 14.973, -42.5619, 2.0373],
    [36.4612, 47.858, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
    [90.8027, -2.0831, 1.441, 91.1528, -1.6435, 0.0447, 1.4441],
    [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
    [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
    [2.0776, 0.0795, -1.135, 0.9033, -0.0636, -0.5514, 0.9082],
  ]

  @Test("CIEDE2000 gives the published differences", arguments: pairs)
  func formula(_ pair: [Double]) {
    let (one, other) = (Lab(pair[0], pair[1], pair[2]), Lab(pair[3], pair[4], pair[5]))
    #expect(abs(one.difference(from: other) - pair[6]) < 5e-5)
    #expect(abs(other.difference(from: one) - pair[6]) < 5e-5)
  }

  private static func least(_ colors: some Sequence<Color>, _ vision: Vision) -> Double {
    let labs = colors.map(vision.lab)
    var least = Double.infinity
    for i in labs.indices {
      for j in labs.indices where j > i { least = min(least, labs[i].difference(from: labs[j])) }
    }
    return least
  }

  @Test("Categories differ for every eye, the first of them on grey paper as well", arguments: Vision.allCases)
  func categories(_ vision: Vision) {
    for (isDark, colors) in [(false, Palette.okabeIto(dark: false)), (true, Palette.okabeIto(dark: true))] {
      // A dark page is not printed; on grey paper more than four need dashes or shapes as well.
      if vision == .grey, isDark { continue }
      let bounds: [(count: Int, least: Double)] = vision == .grey ? [(3, 10), (4, 2.5)] : [(6, 10.5), (10, 10)]
      for bound in bounds {
        let least = Self.least(colors.prefix(bound.count), vision)
        #expect(least >= bound.least, "\(bound.count) categories, dark: \(isDark), \(vision): \(least)")
      }
    }
  }

  @Test("Steps of a sequential map can be told apart by every eye and rise in lightness on grey paper")
  func sequential() {
    for map in [ColorMap.viridis, .cividis, .magma] {
      for vision in Vision.allCases {
        let labs = (0...8).map { vision.lab(map.color(at: Double($0) / 8)) }
        for (a, b) in zip(labs, labs.dropFirst()) { #expect(a.difference(from: b) > 4, "\(map.name), \(vision)") }
      }
      let light = (0...32).map { Vision.grey.lab(map.color(at: Double($0) / 32)).l }
      #expect(zip(light, light.dropFirst()).allSatisfy { $0 < $1 }, "\(map.name)")
    }
  }

  @Test("The halves of a diverging map are lightest in the middle and never alike")
  func diverging() {
    for map in [ColorMap.blueOrange, .blueRed] {
      let light = (0...32).map { Vision.usual.lab(map.color(at: Double($0) / 32)).l }
      #expect(zip(light[...16], light[...16].dropFirst()).allSatisfy { $0 < $1 }, "\(map.name)")
      #expect(zip(light[16...], light[16...].dropFirst()).allSatisfy { $0 > $1 }, "\(map.name)")
      for vision in [Vision.usual, .protanopia, .deuteranopia, .tritanopia] {
        for step in 1...4 {
          let reach = Double(step) / 8
          let (low, high) = (vision.lab(map.color(at: 0.5 - reach)), vision.lab(map.color(at: 0.5 + reach)))
          #expect(low.difference(from: high) > 9, "\(map.name), \(vision), \(reach)")
        }
      }
    }
  }

  @Test("A cyclic map closes, and numbers a period apart have one colour")
  func cyclic() {
    let (start, end) = (
      Vision.usual.lab(ColorMap.twilight.color(at: 0)), Vision.usual.lab(ColorMap.twilight.color(at: 1))
    )
    #expect(start.difference(from: end) < 1)
    let marks = { (shift: Double) in
      Plot(
        "a", x: .indices(3, ""), y: .indices(1, ""), color: .cyclic("phase", period: 0...2),
        shape: .rows(1, columns: 3, tallest: 9),
        marks: [CellMark(rows: 1, columns: 3, values: [0.125, 0.75, 1.5].map { PlotValue($0 + shift) })]
      ).displayList(id: "a", width: 200, theme: .screen, measurer: FixedAdvance()).listing
    }
    #expect(marks(0) == marks(4))
    #expect(marks(0) != marks(0.5))
  }
}
