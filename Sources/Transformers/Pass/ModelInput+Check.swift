import Support
package import Tensors

extension ModelInput {
  /// The input as the model reads it: the target is made from the labels where it is not given.
  ///
  /// - Throws: `InputError` where shapes disagree or an id is beyond what the model knows.
  package func checked(against d: ModelDescription) throws -> ModelInput {
    var input = self
    if d.image != nil { try checkPixels(d) } else { try checkTokens(d) }
    if d.encoder != nil {
      if input.target == nil { input.target = try shiftedLabels(d) }
      try input.checkTarget(d)
    } else if target != nil {
      throw fail("decoder_input_ids", phrase("modelInput.notThisModel"), phrase("modelInput.noTarget"), "some")
    }
    try input.checkLabels(d)
    return input
  }

  /// How many output rows have a label: what a mean loss is the mean of.
  package func labelCount(for d: ModelDescription) -> Int { targets(for: d)?.count { $0 >= 0 } ?? 0 }

  /// How many labels have the largest logit of their row.
  package func correctCount(_ logits: Tensor, for d: ModelDescription) -> Int {
    let width = logits.shape.last ?? 1
    return (targets(for: d) ?? []).enumerated().count { row, target in
      guard target >= 0 else { return false }
      let values = logits.pointer + row * width
      return (0..<width).allSatisfy { $0 == Int(target) || values[$0] < values[Int(target)] }
    }
  }

  /// What each output row is to predict, −1 for nothing: labels, shifted by one for a causal model.
  func targets(for d: ModelDescription) -> [Int32]? {
    guard let labels else { return nil }
    guard d.head == .languageModel else { return labels.map { max($0, -1) } }
    return (0..<labels.count).map { $0 % length == length - 1 ? -1 : max(labels[$0 + 1], -1) }
  }

  /// The position of each row that a classifier reads: the first, or of a causal model the last whose token is neither
  /// masked nor padding (the first where there is none).
  func classifiedPositions(for d: ModelDescription) -> [Int] {
    guard d.isCausal else { return Array(repeating: 0, count: batch) }
    return (0..<batch).map { row in
      (0..<length).last { mask[row * length + $0] != 0 && Int(ids[row * length + $0]) != d.padToken } ?? 0
    }
  }

  /// The labels of a language model on these tokens: the tokens themselves, none of padding.
  package var nextTokenLabels: [Int32] { zip(ids, mask).map { $1 == 0 ? -100 : $0 } }

  private func fail(_ name: String, _ problem: String, _ expected: String, _ found: String) -> InputError {
    InputError(at: "input \"\(name)\"", problem, expected: expected, found: found)
  }

  private func range(_ name: String, _ values: [Int32], below bound: Int, ignoring ignored: Int32? = nil) throws {
    if let index = values.firstIndex(where: { ($0 < 0 || $0 >= bound) && $0 != ignored }) {
      throw fail(
        name, phrase("error.holdsValueOut"), "0 … \(bound - 1)",
        phrase("error.indexIndexIndex2", ["index": values[index], "index2": index]))
    }
  }

  private func checkPixels(_ d: ModelDescription) throws {
    guard let image = d.image, let pixels else {
      throw fail(
        "pixel_values", phrase("modelInput.isMissing"), phrase("modelInput.imagesThisModel"),
        phrase("modelInput.tokenIds")
      )
    }
    let shape = [image.channels, image.side, image.side]
    guard pixels.shape.count == 4, pixels.shape[0] > 0, Array(pixels.shape.dropFirst()) == shape else {
      throw fail(
        "pixel_values", phrase("modelInput.hasWrongShape"),
        phrase("modelInput.batchChannelsSide", ["channels": image.channels, "side": image.side]),
        "\(pixels.shape)")
    }
    if let fault = pixels.firstNonFinite {
      throw fail(
        "pixel_values", phrase("modelInput.holdsValueNo"), phrase("modelInput.finiteValues"),
        phrase("modelInput.oneIndexFault", ["fault": fault]))
    }
  }

  private func checkTokens(_ d: ModelDescription) throws {
    let size = batch * length, longest = (d.encoder ?? d.stack).maximumPositions
    guard pixels == nil else {
      throw fail("pixel_values", phrase("modelInput.notThisModel"), phrase("modelInput.tokenIds"), "images")
    }
    guard batch > 0, length > 0 else {
      throw fail("input_ids", phrase("modelInput.isEmpty"), phrase("modelInput.leastOneToken"), "[\(batch), \(length)]")
    }
    guard length <= longest else {
      throw fail(
        "input_ids", phrase("modelInput.longerThanModels"), phrase("modelInput.atMostLongest", ["longest": longest]),
        "\(length)")
    }
    for (name, count) in [
      ("input_ids", ids.count), ("attention_mask", mask.count), ("token_type_ids", typeIDs?.count ?? size),
    ] where count != size {
      throw fail(
        name, phrase("modelInput.hasWrongSize"), "\(batch) × \(length)",
        phrase("modelInput.countValues", ["count": count]))
    }
    try range("input_ids", ids, below: d.vocabulary)
    if let typeIDs {
      guard d.tokenTypes > 0 else {
        throw fail("token_type_ids", phrase("modelInput.notThisModel"), phrase("modelInput.noTokenTypes"), "some")
      }
      try range("token_type_ids", typeIDs, below: d.tokenTypes)
    }
  }

  private func checkTarget(_ d: ModelDescription) throws {
    guard let target else { return }
    guard target.length > 0, target.ids.count == batch * target.length, target.mask.count == target.ids.count else {
      throw fail(
        "decoder_input_ids", phrase("modelInput.hasWrongSize"), phrase("modelInput.batchRows", ["batch": batch]),
        phrase("modelInput.idsValues", ["ids": target.ids.count]))
    }
    guard target.length <= d.maximumPositions else {
      throw fail(
        "decoder_input_ids", phrase("modelInput.longerThanModels"),
        phrase("modelInput.atMostMaximumpositions", ["maximumPositions": d.maximumPositions]),
        "\(target.length)")
    }
    try range("decoder_input_ids", target.ids, below: d.vocabulary)
  }

  /// The labels one place to the right, behind the token that begins a target; what is ignored becomes padding.
  private func shiftedLabels(_ d: ModelDescription) throws -> Target {
    guard let labels, let start = d.decoderStart, batch > 0, labels.count % batch == 0, !labels.isEmpty else {
      throw fail(
        "decoder_input_ids", phrase("modelInput.isMissing"), phrase("modelInput.targetsTokensLabels"), "neither")
    }
    let length = labels.count / batch, pad = Int32(d.padToken ?? start)
    return Target(
      length: length,
      ids: labels.indices.map { $0 % length == 0 ? Int32(start) : labels[$0 - 1] == -100 ? pad : labels[$0 - 1] })
  }

  private func checkLabels(_ d: ModelDescription) throws {
    guard let labels else { return }
    switch d.head {
    case .none:
      throw fail(
        "labels", phrase("modelInput.notModelWithout"), phrase("modelInput.noLabels"),
        phrase("modelInput.labelsValues", ["labels": labels.count]))
    case .languageModel, .maskedLanguageModel, .sequenceToSequence, .tokenClassification:
      let size = batch * (target?.length ?? length)
      guard labels.count == size else {
        throw fail("labels", phrase("modelInput.hasWrongSize"), "\(batch) × \(size / batch)", "\(labels.count)")
      }
      let classes = if case .tokenClassification(let classes) = d.head { classes } else { d.vocabulary }
      try range("labels", labels, below: classes, ignoring: -100)
    case .sequenceClassification(let classes), .imageClassification(let classes):
      guard classes > 1 else {
        throw fail(
          "labels", phrase("modelInput.isNotForARegression"), phrase("modelInput.noLabels"),
          phrase("modelInput.labelsValues", ["labels": labels.count]))
      }
      guard labels.count == batch else {
        throw fail("labels", phrase("modelInput.hasWrongSize"), "\(batch)", "\(labels.count)")
      }
      try range("labels", labels, below: classes, ignoring: -100)
    }
  }
}
