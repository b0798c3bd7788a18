import Drawing
import Foundation
import Plotting
package import Reports
import Results

/// The figures of the field on seeded sample data, which they say: at the sizes that models and texts have.
package enum SampleFigures {
  package static let all: [Figure] = views + maps + translations + curves + relations

  static func figure(_ id: String, _ content: some FigureContent) -> Figure {
    Figure(content, id: id, analysis: "samples", label: "Sample data")
  }

  static func readings(_ numbers: [Double]) -> [PlotValue] { numbers.map(PlotValue.init) }

  // MARK: Texts

  static let sentence = [
    "The", " animal", " didn", "'t", " cross", " the", " street", " because", " it", " was", " too", " tired", ".",
  ]

  /// Tokens of many scripts, long ones, controls, spaces and marks.
  static let scripts = [
    "<s>", "▁Attention", "▁注意力", "机制", "▁الانتباه", "▁кулинария", "▁😀", "▁▁▁", "\u{0}", "\t", "\n", "\u{200B}",
    "e\u{301}",
    "▁Donaudampfschifffahrtsgesellschaft", "▁a&b<c>", "ing", "▁", "</s>",
  ]

  static func tokens(_ count: Int) -> [String] {
    (0..<count).map { $0 % 27 == 26 ? "\n" : $0 % 5 == 3 ? "ing\($0)" : " word\($0)" }
  }

  /// Attention whose heads look back, at the first token, at themselves, around, at a place of their own or everywhere.
  static func attention(
    _ layers: Int, _ heads: Int, _ tokens: [String], targets: [String]? = nil, isCausal: Bool = true, seed: UInt64 = 1
  ) -> SampleDocument {
    var data = SampleData(seed: seed)
    let (queries, keys) = ((targets ?? tokens).count, tokens.count)
    var pattern: [Float] = []
    pattern.reserveCapacity(layers * heads * queries * keys)
    for place in 0..<layers * heads {
      let kind = (place * 5 + place / heads) % 6
      let strength = 0.4 + 0.55 * data.uniform()
      for query in 0..<queries {
        var row = (0..<keys).map { key -> Double in
          if isCausal && key > query { return 0 }
          let noise = (1 - strength) * data.uniform() / Double(keys) * 4
          let target =
            switch kind {
            case 0: max(query - 1, 0)
            case 1: 0
            case 2: query
            case 3: (query * 7 + place) % (query + 1)
            default: -1
            }
          if kind == 4 { return noise + exp(-abs(Double(query - key)) / 3) * 0.3 }
          return noise + (key == target % keys ? strength : kind == 5 ? strength / Double(keys) : 0)
        }
        let sum = row.reduce(0, +)
        row = row.map { $0 / sum }
        pattern += row.map { Float($0) }
      }
    }
    return SampleDocument(
      id: "sample", keyTokens: tokens, queryTokens: targets,
      pattern: NumericArray(shape: [layers, heads, queries, keys], values: pattern), isCausal: isCausal)
  }

  // MARK: Views of attention

  private static func neuron(_ id: String, _ tokens: [String], width: Int) -> Figure {
    var data = SampleData(seed: 21)
    let query = data.normals(width)
    let keys = tokens.indices.map { index -> [Double] in
      // One key is alike, so that there is something to see.
      index == 1 ? query.map { $0 * 0.5 + 0.5 * data.normal() } : data.normals(width)
    }
    return figure(
      id,
      NeuronView(
        head: "L4.H7", document: "sample", queryToken: tokens[tokens.count - 1], position: tokens.count - 1,
        query: query, keys: keys, keyTokens: tokens))
  }

  static let views: [Figure] = {
    let three = [(4, 0), (4, 1), (5, 3)].map { HeadView.Head(layer: $0.0, head: $0.1) }
    let small = attention(6, 4, sentence)
    let long = attention(2, 6, tokens(512), seed: 2)
    let short = attention(1, 2, Array(sentence.prefix(8)), seed: 4)
    let odd = attention(6, 4, scripts, isCausal: false, seed: 3)
    return [
      figure("model-view", ModelView(attention(12, 12, Array(repeating: sentence, count: 2).flatMap { $0 }))),
      figure("model-view-32", ModelView(attention(32, 32, Array(sentence.prefix(8))))),
      figure("model-view-512", ModelView(long)), figure("head-view", HeadView(small, heads: three)),
      figure("head-view-scripts", HeadView(odd, heads: Array(three.prefix(2)))),
      figure("head-view-8", HeadView(short, heads: [.init(layer: 0, head: 1)])),
      figure("head-view-512", HeadView(long, heads: [.init(layer: 0, head: 0), .init(layer: 0, head: 3)])),
      neuron("neuron-view", sentence, width: 64), neuron("neuron-view-scripts", scripts, width: 32),
      neuron("neuron-view-512", tokens(512), width: 128),
      figure("attention-heatmap", AttentionHeatmap(odd, layer: 4, head: 1)),
      figure("attention-heatmap-8", AttentionHeatmap(short, layer: 0, head: 1)),
      figure("attention-heatmap-512", AttentionHeatmap(long, layer: 1, head: 3)),
    ]
  }()
}
