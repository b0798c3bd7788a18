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

  @Test(
    "Every site of a model has the shape that its kind says",
    arguments: ["gpt2", "llama", "gpt_neox", "bert_mlm", "t5_gated", "bart", "vit"])
  func shapes(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description, input = reference.input
    let trace = try reference.model.run(input, TraceRequest(sites: Set(d.sites)))
    for site in d.sites {
      let stack = d.stacks.first { $0.role == site.stack } ?? d.stack
      let isDecoder = site.stack == .decoder
      let value = try #require(trace[site], "\(site.text)")
      let classes = value.shape[value.shape.count - 1]
      let wanted = site.kind.shape.map { axis -> Int in
        switch axis {
        case .batch: input.batch
        case .positions:
          site == .logits && d.encoder != nil || isDecoder ? input.target?.length ?? value.shape[1] : input.length
        case .keys: input.length
        case .heads: stack.heads
        // All sites are asked for, so that keys are copied.
        case .keyValueHeads: [.rotatedKey, .key, .value, .crossKey, .crossValue].contains(site.kind) ? stack.heads : 0
        case .headWidth: stack.headWidth
        case .width: stack.width
        case .feedForward: stack.feedForwardWidth
        case .vocabulary: classes
        case .experts: stack.experts
        case .one: 1
        case .channels: d.image?.channels ?? 0
        case .side: d.image?.side ?? 0
        }
      }
      // A classifier has one row; an image's leading tokens are no patches.
      if site == .logits && value.shape.count == 2 { continue }
      if d.image != nil && [.embed].contains(site.kind) { continue }
      #expect(value.shape == wanted, "\(site.text)")
    }
  }
}
