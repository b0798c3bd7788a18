import Testing

@testable import Results

/// Things of several arrays and texts, each written into a result and read from it in one place.
@Suite("Parts of a result")
struct ResultPartsTests {
  private static func array(_ shape: Int...) -> NumericArray {
    let count = shape.reduce(1, *)
    return NumericArray(shape: shape, values: (0..<count).map { Float($0) })
  }

  private static let samples = [
    AttentionSample(
      id: "b.tokens", keys: .init(["x", "y"], entries: ["▁x", "▁y"]), queries: nil, alignment: nil,
      pattern: array(1, 2, 2, 2)),
    AttentionSample(
      id: "a", keys: .init(["x", "y", "z"]), queries: .init(["p", "q"], entries: ["▁p", "▁q"]),
      alignment: .init(
        keys: [0, 1, nil], queries: [nil, 0],
        links: [.init(source: 0, target: 0, isSure: true), .init(source: 1, target: 0, isSure: false)]),
      pattern: array(1, 2, 2, 3)),
  ]

  @Test("Samples of attention, in their order, under the names that readers of the files know")
  func samples() {
    var joined = AnalysisResult(id: "attention")
    AttentionSample.write(Self.samples, to: &joined, stack: .cross)
    #expect(joined.texts["cross/samples"] == ["b.tokens", "a"])
    #expect(joined.texts["cross/sample.a.gold"] == ["0-0", "1p0"])
    #expect(joined.texts["cross/sample.a.queryWords"] == ["", "0"])
    #expect(joined.texts["cross/sample.a.entries"] == nil)
    #expect(joined.arrays.keys.sorted() == ["cross/sample.a.pattern", "cross/sample.b.tokens.pattern"])

    var result = AnalysisResult(id: "attention")
    AttentionSample.write(Self.samples, to: &result, stack: .only)
    let back = AttentionSample.all(in: result)
    #expect(back.map(\.id) == ["b.tokens", "a"])
    for (one, other) in zip(back, Self.samples) {
      #expect(one.keys == other.keys && one.queries == other.queries && one.alignment == other.alignment)
      #expect(one.pattern == other.pattern)
    }
    AttentionSample.keep("a", in: &result)
    #expect(AttentionSample.all(in: result).map(\.id) == ["a"])
  }

  @Test("A sample that does not fit its tokens is left out")
  func inconsistent() {
    var result = AnalysisResult(id: "attention")
    AttentionSample.write(Self.samples, to: &result, stack: .only)
    result.texts["sample.a.queries"] = ["p"]
    #expect(AttentionSample.all(in: result).map(\.id) == ["b.tokens"])
    result.texts["sample.b.tokens.tokens"] = nil
    #expect(AttentionSample.all(in: result).isEmpty)
  }

  @Test("Pooled attention covers its document")
  func pooled() throws {
    var result = AnalysisResult(id: "attention")
    let map = Self.array(1, 1, 3, 3)
    PooledAttention(id: "long", length: 300, size: 128, mean: map, maximum: map).write(to: &result, stack: .only)
    let back = try #require(PooledAttention(result))
    #expect((back.id, back.length, back.size, back.blocks) == ("long", 300, 128, 3))
    #expect(result.texts == ["pooled": ["long", "300", "128"]])
    result.texts["pooled"]?[1] = "512"
    #expect(PooledAttention(result) == nil)
  }

  @Test("Gradients of some tensors keep their counts")
  func gradients() throws {
    var result = AnalysisResult(id: "gradients")
    GradientCounts(tensors: ["a", "b"], edges: [0, 1, 2, 3], counts: Self.array(2, 3), special: Self.array(2, 4))
      .write(to: &result, stack: .encoder)
    #expect(GradientCounts(result) == nil)
    let only = try #require(GradientCounts(result, stack: .encoder)).only { $0 == "b" }
    #expect(only.tensors == ["b"] && only.counts.values == [3, 4, 5] && only.special?.values == [4, 5, 6, 7])
    #expect(result.texts["encoder/histogram.special"] == ["0", "NaN", "+Inf", "−Inf"])
  }

  @Test("Losses by position carry what no loss is")
  func losses() {
    var result = AnalysisResult(id: "context")
    let bins = [
      LossBin(position: 1, loss: Quantity(2.5, n: 9, interval: 2...3)),
      LossBin(position: 2, loss: Quantity(.nan, n: 3)),
    ]
    LossBin.write(bins, to: &result)
    let back = LossBin.all(in: result)
    #expect(back.map(\.position) == [1, 2] && back.map(\.loss) == bins.map(\.loss))
    result.arrays["loss"]?.values[0] = .nan
    #expect(LossBin.all(in: result).map(\.position) == [2])
  }

  @Test("A log's curves keep their names, roles and steps, its histograms their edges")
  func log() {
    var result = AnalysisResult(id: "training")
    LogCurve.write(
      [
        LogCurve("loss", role: .trainingLoss, steps: [0, 10], values: [3, .nan]),
        LogCurve("flow/blocks.0.hook_resid_pre", role: nil, steps: [10], values: [1]),
      ], to: &result)
    LogHistogram.write([LogHistogram("w", steps: [1, 2], edges: [0, 1, 2], shares: Self.array(2, 2))], to: &result)
    let curves = LogCurve.all(in: result)
    #expect(curves.map(\.name) == ["loss", "flow/blocks.0.hook_resid_pre"])
    #expect(curves.map(\.role) == [.trainingLoss, nil] && curves[0].steps == [0, 10] && curves[0].values[1].isNaN)
    #expect(curves[0].telemetry == nil && curves[1].telemetry?.family == .flow)
    #expect(LogHistogram.all(in: result).map(\.edges) == [[0, 1, 2]])
    result.arrays["histogram.0.edges"] = Self.array(2)
    #expect(LogHistogram.all(in: result).isEmpty)
  }

  @Test("The rows of a metric over checkpoints, and some of them")
  func checkpoints() throws {
    var result = AnalysisResult(id: "training")
    let rows = CheckpointRows(
      metric: "attention.entropy", components: [.head(0, 0), .head(1, 0)], values: Self.array(3, 2))
    CheckpointRows.write([rows], to: &result)
    let back = try #require(CheckpointRows.all(in: result).first)
    #expect(back[component: 1] == [1, 3, 5])
    let only = back.only { $0.layer == 1 }
    #expect(only.components == [.head(1, 0)] && only.values == NumericArray(shape: [3, 1], values: [1, 3, 5]))
    result.texts["over.attention.entropy"] = ["L0.H0", "a head"]
    #expect(CheckpointRows(metric: "attention.entropy", result) == nil)
  }

  @Test("Every analysis is declared once, and no name has two forms")
  func declarations() {
    let forms = AnalysisForm.all
    #expect(Set(forms.map(\.id)).count == forms.count)
    for form in forms {
      #expect(Set(form.metrics.map(\.id)).count == form.metrics.count, "\(form.id)")
      for list in [form.arrays, form.texts] {
        for one in list {
          let name = one.name(of: one.member.isName ? "doc.1" : "7")
          #expect(list.count { $0.match(name) != nil } == 1, "\(form.id): \(name)")
        }
      }
    }
  }

  @Test(
    "A number of this program's telemetry is known by its name",
    arguments: [
      ("relative_flow/blocks.3.hook_resid_pre", TelemetryFamily.relativeFlow, "blocks.3.hook_resid_pre"),
      ("run: heads/previous token", .heads, "previous token"), ("grad_norm/h.0/w", .gradientNorm, "h.0/w"),
      ("train/grad_norm", nil, ""), ("grad_norm", nil, ""), ("grad_norms/h", nil, ""), ("", nil, ""),
    ] as [(String, TelemetryFamily?, String)])
  func telemetry(name: String, family: TelemetryFamily?, member: String) {
    let found = TelemetryFamily.split(name)
    #expect(found?.family == family && found?.member ?? "" == member)
    if let found, !name.contains(":") { #expect(found.family.prefix + found.member == name) }
  }

  @Test(
    "A site of the residual stream is a residual point",
    arguments: [
      ("blocks.3.hook_resid_pre", "R3"), ("blocks.11.hook_resid_post", "R12"),
      ("encoder.5.hook_normalized_resid_post", "encoder/R6"), ("blocks.3.hook_attn_out", nil),
      ("blocks.hook_resid_pre", nil), ("blocks.-1.hook_resid_pre", nil),
    ] as [(String, String?)])
  func sites(text: String, component: String?) { #expect(Component(residualSite: text)?.id == component) }
}

extension Form.Member {
  fileprivate var isName: Bool { if case .name = self { true } else { false } }
}
