import Diagnosis
import Results
import TestSupport
import Testing

@testable import Reports

@Suite("What a report says of the weights")
struct WeightNoteTests {
  @Test(
    "is a sentence that names tensors, and counts those that it does not name",
    arguments: [
      (
        WeightNote(.merged, ["a", "b"], count: 9, detail: "rank 2, alpha 8, base m"),
        "A LoRA adapter (rank 2, alpha 8, base m) is merged into the weights: it changes 2 tensors."
      ),
      (
        WeightNote(.untied, ["lm_head.weight", "wte.weight"], count: 0),
        "The configuration ties lm_head.weight to wte.weight, but the file has both and they differ, so each is used as it is."
      ),
      (
        WeightNote(.beyond, ["h.2.a", "h.2.b", "h.2.c", "h.2.d"], count: 9),
        "4 tensors of layers beyond the configuration's are not read: h.2.a, h.2.b, h.2.c and 1 more."
      ),
      (WeightNote(.unread, ["a\nb"], count: 1), "1 tensor of the file is not read: ab."),
      (
        WeightNote(.idle, ["pooler.dense.weight"], count: 16_000),
        "No forward pass uses 1 tensor with 16,000 parameters: pooler.dense.weight. The number of parameters includes them."
      ),
    ])
  func sentences(note: WeightNote, sentence: String) {
    #expect(note.sentence() == sentence)
  }

  @Test("stands with the findings where numbers depend on it, else with the model's facts")
  func places() throws {
    var results = SampleResults.make(layers: 2, heads: 2)
    results.subject.model.weightNotes = [
      WeightNote(.idle, ["pooler.weight"], count: 4), WeightNote(.beyond, ["h.2.a"], count: 4),
    ]
    let article = ArticleBuilder(results: results, assessment: Assessment(results), outcomes: []).article
    func remarks(_ section: String) -> [String] {
      article.sections.filter { $0.id == section }.flatMap(\.blocks).compactMap {
        if case .remark(let text) = $0 { text } else { nil }
      }
    }
    #expect(remarks("findings").contains { $0.contains("layers beyond") })
    #expect(remarks("provenance").contains { $0.contains("No forward pass uses") })
    #expect(!remarks("provenance").contains { $0.contains("layers beyond") })
  }
}
