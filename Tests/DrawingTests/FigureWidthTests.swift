import Drawing
import Testing

@Suite("Widths of figures")
struct FigureWidthTests {
  @Test(
    "Names and lengths are read",
    arguments: [
      ("icml-column", 234), ("ICML-column", 234), ("icml-text", 486), ("neurips", 396), ("nature-single", 252.2835),
      ("nature-double", 518.7402), ("acl-column", 218.2678), ("ieee-column", 252), ("3.25in", 234), ("89mm", 252.2835),
      ("12 cm", 340.1575), ("240pt", 240), ("240", 240),
    ] as [(String, Double)])
  func read(_ text: String, _ expected: Double) throws {
    #expect(abs(try FigureWidth(text).points - expected) < 1e-3)
  }

  @Test(
    "Everything else is refused in one line that names what would do",
    arguments: ["", "in", "wide", "3.25", "0in", "-3in", "nan", "inf", "1e9in", "3,25in", "200in", "icml"])
  func refused(_ text: String) {
    let fault = #expect(throws: FigureWidth.Fault.self) { try FigureWidth(text) }
    #expect(fault?.description.contains("icml-column") == true)
    #expect(fault?.description.contains("\n") == false)
  }
}
