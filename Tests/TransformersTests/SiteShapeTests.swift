import Support
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Shapes of sites")
struct SiteShapeTests {
  @Test("docs/sites.md is what the code says")
  func document() {
    #expect(Golden.difference(of: Site.document, from: "../../docs/sites.md") == nil)
  }

  @Test("Every kind of site has its hooks in TransformerLens, or is known to have none")
  func hooks() {
    let ours: Set<Site.Kind> = [
      .pixels, .keyByHead, .valueByHead, .normalizedResidMid, .crossQueryIn, .crossKeyIn, .crossValueIn,
      .crossKeyByHead, .crossValueByHead, .normalizedResidMidCross, .logits,
    ]
    #expect(Set(Site.Kind.allCases.filter(\.transformerLensNames.isEmpty)) == ours)
    // The same value is called the same; only what stands before it differs, in these.
    let others: [Site.Kind: [String]] = [
      .embed: ["hook_embed", "embed.hook_embed"], .positionEmbed: ["hook_pos_embed", "embed.hook_pos_embed"],
      .typeEmbed: ["embed.hook_token_type_embed"], .crossScale: ["decoder.N.ln2.hook_scale"],
      .mlpScale: ["blocks.N.ln2.hook_scale", "decoder.N.ln3.hook_scale"],
      .finalScale: ["ln_final.hook_scale", "encoder_final_ln.hook_scale", "decoder_final_ln.hook_scale"],
      .finalNorm: [
        "ln_final.hook_normalized", "encoder_final_ln.hook_normalized", "decoder_final_ln.hook_normalized",
      ],
    ]
    for kind in Site.Kind.allCases where !ours.contains(kind) {
      let isCross = "\(kind)".lowercased().contains("cross")
      #expect(
        kind.transformerLensNames == others[kind] ?? ["\(isCross ? "decoder" : "blocks").N.\(kind.rawValue)"], "\(kind)"
      )
    }
  }

  @Test(
    "Every site of a model has the shape that its kind says, heads that share keys together or apart",
    arguments: [
      "gpt2", "llama", "gemma", "qwen3", "gpt_neox", "bert_mlm", "t5_gated", "bart", "vit", "bert_cls", "llama_cls",
      "gpt2_tokens",
    ], [true, false])
  func shapes(name: String, apart: Bool) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    try expectShapes(reference.model, reference.input, apart: apart)
  }

  @Test("A mixture of experts has the shapes that its kinds say", arguments: [true, false])
  func experts(apart: Bool) throws {
    let model = try Model(directory: Fixtures.url("models/experts"))
    try expectShapes(model, ModelInput(rows: [[5, 9, 3, 5], [4, 2]], pad: 0), apart: apart)
  }

  /// - Parameter apart: whether the sites of single heads are asked for, for which shared keys are copied.
  private func expectShapes(_ model: Model, _ input: ModelInput, apart: Bool) throws {
    let d = model.description
    let sites = d.sites.filter { apart || !$0.kind.isByHead }
    let trace = try model.run(input, TraceRequest(sites: Set(sites)))
    for site in sites {
      let stack = d.stacks.first { $0.role == site.stack } ?? d.stack
      let axes = site == .logits ? logitAxes(d.head) : site.kind.shape
      let wanted = try axes.map { axis -> Int in
        switch axis {
        case .batch: input.batch
        // An image's leading tokens are no patches.
        case .positions where site == .embed: input.length - (d.image?.leadingTokens ?? 0)
        case .positions where site.stack == .decoder || site == .logits && d.encoder != nil:
          try #require(input.target).length
        case .positions, .keys: input.length
        case .heads: stack.heads
        case .keyValueHeads: apart ? stack.heads : stack.keyValueHeads
        case .headWidth: stack.headWidth
        case .width: stack.width
        case .feedForward: stack.feedForwardWidth
        case .vocabulary: classes(d)
        case .experts: stack.experts
        case .one: 1
        case .channels: try #require(d.image).channels
        case .side: try #require(d.image).side
        }
      }
      #expect(try #require(trace[site], "\(site.text)").shape == wanted, "\(site.text)")
    }
  }

  /// A classifier has one row.
  private func logitAxes(_ head: ModelDescription.Head) -> [Site.Kind.Axis] {
    switch head {
    case .sequenceClassification, .imageClassification: [.batch, .vocabulary]
    default: Site.Kind.logits.shape
    }
  }

  private func classes(_ d: ModelDescription) -> Int {
    switch d.head {
    case .sequenceClassification(let classes), .tokenClassification(let classes), .imageClassification(let classes):
      classes
    default: d.vocabulary
    }
  }
}
