import Drawing
import Plotting
package import Results
import Support

/// What an image model looks at, laid over the image: attention rollout, and what the heads of the last layer give from
/// the token that is classified.
package enum ImageAttention: FigureBuilder {
  package static let isOfDocument = true

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let shape = results.subject.model.image, let analysis = results[analysis: AttentionMetrics.analysis] else {
      return []
    }
    let id = "attention-image"
    guard let sample = SampleDocument.all(in: results).first,
      let picture = analysis[AttentionMetrics.picture[sample.id]]
    else { return [.omitted(id: id, reason: phrase("imageAttention.noPicture"))] }
    guard sample.keys == shape.leadingTokens + shape.patchesPerSide * shape.patchesPerSide, shape.leadingTokens > 0
    else {
      return [.omitted(id: id, reason: phrase("imageAttention.notWhole", ["positions": sample.keys]))]
    }
    let patches = shape.leadingTokens..<sample.keys, side = shape.patchesPerSide
    func map(_ name: String, _ weights: [Double]) -> PatchMap.Map {
      PatchMap.Map(name, patches.map { PlotValue(weights[$0]) })
    }
    let last = sample.layers - 1
    let mean = (0..<sample.keys).map { key in
      (0..<sample.heads).reduce(0.0) { $0 + Double(sample.weight(last, $1, 0, key)) } / Double(sample.heads)
    }
    let content = PatchMap(
      title: phrase("imageAttention.title", ["sample": sample.name]), image: PixelImage(picture), rows: side,
      columns: side,
      maps: [
        map(phrase("imageAttention.rollout"), sample.rollout),
        map(phrase("imageAttention.mean", ["layer": last]), mean),
      ], quantity: phrase("imageAttention.share"), style: .grid)
    return [
      .figure(
        Figure(
          content, id: id, analysis: AttentionMetrics.analysis,
          caption: Caption(results: results).text(
            "\(content.what) \(phrase("imageAttention.what", ["sample": sample.id]))",
            formula: phrase("imageAttention.formula"), n: phrase("caption.oneDocument"),
            analysis: AttentionMetrics.analysis)))
    ]
  }
}

extension SampleDocument {
  /// Attention rollout from the first position, `[keys]` (Abnar & Zuidema 2020): the first row of
  /// `Π_l (A_l + I) / 2`, the last layer first, where `A_l` is the mean over the layer's heads.
  var rollout: [Double] {
    var row = (0..<keys).map { $0 == 0 ? 1.0 : 0 }
    for layer in (0..<layers).reversed() {
      var next = row.map { $0 / 2 }
      for query in 0..<queries where row[query] != 0 {
        let share = row[query] / 2 / Double(heads)
        for head in 0..<heads {
          for key in 0..<keys { next[key] += share * Double(weight(layer, head, query, key)) }
        }
      }
      row = next
    }
    return row
  }
}

extension PixelImage {
  /// Of samples between 0 and 1, `[height, width, channels]`, one channel or three.
  init(_ picture: NumericArray) {
    let channels = picture.shape[2]
    let pixels = (0..<picture.shape[0] * picture.shape[1]).flatMap { place -> [UInt8] in
      (0..<3).map { UInt8((min(1, max(0, picture.values[place * channels + min($0, channels - 1)])) * 255).rounded()) }
        + [255]
    }
    self.init(width: picture.shape[1], height: picture.shape[0], pixels: pixels, isSmooth: picture.shape[0] > 64)
  }
}
