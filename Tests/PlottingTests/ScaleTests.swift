import Drawing
import Plotting
import Testing

@Suite("Scales")
struct ScaleTests {
  @Test(
    "Numbers have their places",
    arguments: [
      (.linear, 0.25, 25), (.log, 0.1, nil), (.power(0.5), 0.25, 50), (.power(2), 0.5, 25), (.power(0.5), -0.25, -50),
      (.symlog(linearTo: 1), 0, 0), (.symlog(linearTo: 1), 1, 100),
    ] as [(PositionScale.Kind, Double, Double?)])
  func places(_ kind: PositionScale.Kind, _ value: Double, _ expected: Double?) throws {
    let scale = PositionScale(kind, domain: 0...1, from: 0, to: 100)
    if let expected {
      #expect(abs(try #require(scale.position(value)) - expected) < 1e-9)
    } else {
      #expect(scale.position(value) == nil)
    }
  }

  @Test("A clamped scale keeps what lies beyond its domain at its ends")
  func clamped() {
    var scale = PositionScale(.linear, domain: 0...1, from: 100, to: 0)
    #expect(scale.position(2) == -100)
    scale.isClamped = true
    #expect(scale.position(2) == 0)
    #expect(scale.position(-2) == 100)
  }

  @Test(
    "Prefixes of units stand for powers of thousand",
    arguments: [
      (0, "0"), (999, "999"), (1000, "1k"), (1500, "1.5k"), (22_713_216, "22.7M"), (2.5e-4, "250µ"), (0.001, "1m"),
      (-4e9, "−4G"), (1e-18, "0.001f"), (.nan, "NaN"),
    ] as [(Double, String)])
  func prefixes(_ value: Double, _ expected: String) {
    #expect(NumberFormat.prefixed(value) == expected)
  }

  @Test("A linear axis has one prefix, a logarithmic one each, shares are percent")
  func styles() {
    #expect(
      Ticks.linear(0...2_000_000, count: 5, style: .prefixed(unit: "")).map(\.label) == [
        "0", "0.5M", "1.0M", "1.5M", "2.0M",
      ])
    #expect(
      Ticks.linear(0...3000, count: 3, style: .prefixed(unit: "B")).map(\.label) == ["0", "1 kB", "2 kB", "3 kB"])
    #expect(
      Ticks.log(1...1e6, count: 4, style: .prefixed(unit: "")).map(\.label) == ["1", "100", "10k", "1M"])
    // Too narrow for a power of ten: one tick, and an end.
    #expect(Ticks.linear(0...1e-308, count: 5).map(\.value) == [0])
    #expect(Ticks.linear(0...1, count: 4, style: .percent).map(\.label) == ["0 %", "50 %", "100 %"])
    #expect(Ticks.linear(0...0.01, count: 2, style: .percent).map(\.label) == ["0.0 %", "0.5 %", "1.0 %"])
  }

  @Test("Powers of ten stand as raised digits, not as letters of their own")
  func superscripts() {
    let plot = Plot(
      "a", x: Axis(.linear, "x"), y: Axis(.log, "y"), shape: .ratio(0.6),
      marks: [LineMark(x: [0, 1], y: [1e-9, 1].map(PlotValue.init))])
    let list = plot.displayList(id: "a", width: 234, theme: .paper, measurer: FixedAdvance())
    let raised = list.texts.filter { $0.font.size < Theme.paper.tickSize }
    #expect(raised.map(\.text).contains("−8"))
    #expect(!list.texts.contains { $0.text.contains("⁻") })
  }
}
