import Support
import Synchronization
import Testing

@Suite("Pieces of work")
struct WorkersTests {
  private struct Failure: Error, Equatable { var piece: Int }

  @Test("Results come in the order of pieces", arguments: [0, 1, 7, 1000])
  func results(count: Int) {
    #expect(mapPieces(count) { "\($0)" } == (0..<count).map { "\($0)" })
  }

  @Test("Of several failures the first by index is thrown, and every piece runs")
  func failures() {
    let runs = Atomic(0)
    #expect(throws: Failure(piece: 30)) {
      _ = try mapPieces(100) { piece -> Int in
        runs.add(1, ordering: .relaxed)
        if piece % 40 == 30 { throw Failure(piece: piece) }
        return piece
      }
    }
    #expect(runs.load(ordering: .relaxed) == 100)
  }

  @Test("Every element is changed once")
  func elements() {
    var values = Array(0..<500)
    forEachElement(of: &values) { value, index in value += index }
    #expect(values == (0..<500).map { 2 * $0 })
  }
}
