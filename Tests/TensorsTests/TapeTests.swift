import Foundation
import Support
import Tensors
import Testing

/// Every operation's gradient against central differences.
@Suite struct TapeTests: GradientCheck {
  @Test("The check of gradients sees one wrong element in four thousand", arguments: [0, 1234, 4199])
  func sensitivity(element: Int) {
    let operation = { (tape: Tape, v: [Variable]) in
      tape.linear(v[0], weight: v[1], bias: nil, slice: WeightSlice(isInputMajor: false, outputs: 0..<700))
    }
    #expect(disagreements([[7, 6], [700, 6]], spread: 1, operation).isEmpty)
    for factor: Float in [0, 0.5, -1] {
      let found = disagreements(
        [[7, 6], [700, 6]], spread: 1, damage: { if $0 == 1 { $1[element] *= factor } }, operation)
      #expect(found.count == 1, "\(factor)")
    }
  }

  @Test("A look is given the whole gradient of what several operations read, once, on the way back")
  func look() {
    let tape = Tape(isRecording: true), x = Variable(Tensor([1, 2], shape: [2]), needsGradient: true)
    let y = tape.scale(x, by: 3)
    var seen: [[Float]] = []
    tape.look(at: y) { seen.append($0.values) }
    let sum = tape.add(tape.scale(y, by: 2), y)
    #expect(seen.isEmpty)
    tape.backward(from: sum, gradient: Tensor([1, 10], shape: [2]))
    #expect(seen == [[3, 30]])
    #expect(x.gradient?.values == [9, 90])

    let silent = Tape(isRecording: false)
    silent.look(at: silent.scale(x, by: 3)) { seen.append($0.values) }
    #expect(seen.count == 1)
  }

  @Test("linear, both ways round and in slices", arguments: [true, false])
  func linear(isInputMajor: Bool) {
    check([[2, 9, 6], isInputMajor ? [6, 10] : [10, 6], [10]]) { tape, v in
      let slice = WeightSlice(isInputMajor: isInputMajor, outputs: 3..<8)
      return tape.linear(v[0], weight: v[1], bias: v[2], slice: slice)
    }
  }

  @Test("linear whose outputs lie in several places", arguments: [true, false])
  func linearInParts(isInputMajor: Bool) {
    check([[2, 9, 6], isInputMajor ? [6, 12] : [12, 6], [12]]) { tape, v in
      let slice = WeightSlice(isInputMajor: isInputMajor, parts: [2..<4, 8..<11])
      return tape.linear(v[0], weight: v[1], bias: v[2], slice: slice)
    }
  }

  @Test("A slice's matrix is what the product uses", arguments: [true, false])
  func sliceMatrix(isInputMajor: Bool) {
    let weight = Tensor((0..<24).map { Float($0) }, shape: isInputMajor ? [4, 6] : [6, 4])
    let slice = WeightSlice(isInputMajor: isInputMajor, parts: [1..<2, 4..<6])
    let unit = Variable(Tensor((0..<16).map { $0 % 5 == 0 ? 1 : 0 }, shape: [4, 4]))
    let product = Tape(isRecording: false).linear(unit, weight: Variable(weight), bias: nil, slice: slice)
    #expect(slice.matrix(of: weight).values == product.value.values)
  }

  @Test("linear of few rows, which are padded")
  func linearOfFewRows() {
    check([[1, 3, 6], [10, 6]]) { tape, v in
      tape.linear(v[0], weight: v[1], bias: nil, slice: WeightSlice(isInputMajor: false, outputs: 0..<10))
    }
  }

  @Test("activations", arguments: [ActivationFunction.gelu, .geluTanh, .silu, .tanh])
  func activations(function: ActivationFunction) {
    check([[5, 40]], spread: 2) { $0.activate($1[0], function) }
  }

  @Test("layer norm, also where its input has another way to the loss")
  func layerNorm() {
    check([[70, 12], [12], [12]]) { tape, v in
      tape.add(v[0], tape.layerNorm(v[0], gain: v[1], bias: v[2], epsilon: 1e-5))
    }
  }

  @Test("RMS norm, also where its input has another way to the loss", arguments: [Float(0), 1])
  func rmsNorm(shift: Float) {
    check([[70, 12], [12]]) { tape, v in
      tape.add(v[0], tape.rmsNorm(v[0], gain: v[1], shift: shift, epsilon: 1e-6))
    }
  }

  @Test("product and scale")
  func productAndScale() {
    check([[5, 40], [5, 40]]) { tape, v in tape.product(tape.scale(v[0], by: -1.5), v[1]) }
    check([[5, 40]]) { tape, v in tape.product(v[0], v[0]) }
  }

  @Test("rotary embeddings, by halves and by neighbours, of a part of the head", arguments: [true, false])
  func rotary(isInterleaved: Bool) {
    let table = RotaryTable(positions: 0..<7, frequencies: [1, 0.3, 0.01], isInterleaved: isInterleaved)
    check([[2, 7, 3, 8]]) { tape, v in tape.rotate(v[0], table) }
  }

  @Test("relative biases, also where keys are not queries")
  func relativeBias() {
    check([[2, 3, 4, 6], [5, 3]]) { tape, v in
      tape.addRelativeBias(v[0], table: v[1], buckets: [0, 1, 1, 2, 3, 4, 4, 0, 2])
    }
  }

  @Test("patches of images, with rows before them")
  func images() {
    check([[2, 3, 4, 5], [1, 2, 12]]) { tape, v in tape.prepend(v[1], to: tape.patches(v[0], size: 2)) }
  }

  @Test("attention whose heads share keys and values, in a window", arguments: [nil, 3])
  func groupedAttention(window: Int?) {
    let length = 9
    var keys = [UInt8](repeating: 1, count: 2 * length)
    keys[4] = 0
    let visibility = Visibility(isCausal: true, keys: keys, window: window)
    check([[2, length, 6, 4], [2, length, 2, 4], [2, length, 2, 4]], spread: 0.7) { tape, v in
      let scores = tape.attentionScores(query: v[0], key: v[1], scale: 0.5, visibility: visibility, onlyVisible: true)
      let pattern = tape.attentionPattern(scores: scores, visibility: visibility, inPlace: true)
      return tape.attentionMix(pattern: pattern, value: v[2], visibility: visibility)
    }
  }

  @Test("attention of few queries to many keys")
  func crossAttention() {
    let visibility = Visibility(isCausal: false, keys: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0])
    check([[2, 3, 2, 4], [2, 7, 2, 4], [2, 7, 2, 4]], spread: 0.7) { tape, v in
      let scores = tape.attentionScores(query: v[0], key: v[1], scale: 0.5, visibility: visibility, onlyVisible: true)
      let pattern = tape.attentionPattern(scores: scores, visibility: visibility, inPlace: false)
      return tape.attentionMix(pattern: pattern, value: v[2], visibility: visibility)
    }
  }

  @Test("attention: scores, pattern and mix", arguments: [true, false], [5, 140])
  func attention(isCausal: Bool, length: Int) {
    var keys = [UInt8](repeating: 1, count: 2 * length)
    keys[length - 1] = 0
    let visibility = Visibility(isCausal: isCausal, keys: keys)
    check(Array(repeating: [2, length, 2, 4], count: 3), spread: 0.7) { tape, v in
      let scores = tape.attentionScores(
        query: v[0], key: v[1], scale: 0.5, visibility: visibility, onlyVisible: true)
      let pattern = tape.attentionPattern(scores: scores, visibility: visibility, inPlace: true)
      return tape.attentionMix(pattern: pattern, value: v[2], visibility: visibility)
    }
  }

  @Test("attention in bands: causal or not, also over several bands", arguments: [true, false], [5, 140])
  func attentionInBands(isCausal: Bool, length: Int) {
    var keys = [UInt8](repeating: 1, count: 2 * length)
    keys[length - 1] = 0
    keys[length + 1] = 0
    let visibility = Visibility(isCausal: isCausal, keys: keys)
    check(Array(repeating: [2, length, 2, 4], count: 3), spread: 0.7) { tape, v in
      tape.attention(query: v[0], key: v[1], value: v[2], scale: 0.5, visibility: visibility)
    }
  }

  @Test("attention in bands whose heads share keys and values, in a window, with biases", arguments: [nil, 3, 20])
  func groupedAttentionInBands(window: Int?) {
    let length = 150
    let visibility = Visibility(isCausal: true, keys: [UInt8](repeating: 1, count: 2 * length), window: window)
    // Within the narrowest window as well keys lie in different buckets: one bias for all would have no gradient.
    let buckets = (1 - length..<length).map { Int32(min(4, abs($0) / (window == 3 ? 1 : 9))) }
    check([[2, length, 6, 4], [2, length, 2, 4], [2, length, 2, 4], [5, 6]], spread: 0.7) { tape, v in
      tape.attention(
        query: v[0], key: v[1], value: v[2], scale: 0.5, visibility: visibility,
        bias: RelativeBias(table: v[3], buckets: buckets))
    }
  }

  @Test("Bands give what whole matrices give", arguments: [true, false], [nil, 40])
  func bandsAndMatrices(isCausal: Bool, window: Int?) {
    var generator = SeededGenerator(seed: 3)
    func random(_ shape: [Int]) -> Variable {
      Variable(Tensor((0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) }, shape: shape))
    }
    let (queries, keys) = (300, isCausal ? 300 : 333)
    let (q, k, v) = (random([2, queries, 4, 8]), random([2, keys, 2, 8]), random([2, keys, 2, 8]))
    var mask = [UInt8](repeating: 1, count: 2 * keys)
    for index in keys - 37..<keys { mask[index] = 0 }
    mask[keys + 3] = 0
    let visibility = Visibility(isCausal: isCausal, keys: mask, window: isCausal ? window : nil)
    let tape = Tape(isRecording: false)
    let scores = tape.attentionScores(query: q, key: k, scale: 0.3, visibility: visibility, onlyVisible: false)
    let pattern = tape.attentionPattern(scores: scores, visibility: visibility, inPlace: false)
    let expected = tape.attentionMix(pattern: pattern, value: v, visibility: visibility)
    let seen = Tensor(repeating: 0, shape: pattern.shape)
    let z = tape.attention(query: q, key: k, value: v, scale: 0.3, visibility: visibility) { rows in
      for (i, query) in rows.queries.enumerated() {
        let at = ((rows.batchRow * 4 + rows.head) * queries + query) * keys
        (seen.pointer + at + rows.keys.lowerBound).update(from: rows.pointer + i * rows.stride, count: rows.keys.count)
      }
    }
    func largest(_ a: Tensor, _ b: Tensor) -> Float { zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) } }
    #expect(largest(z.value, expected.value) < 2e-6)
    #expect(largest(seen, pattern.value) < 1e-6)
    // What a row of the batch gets does not depend on the padding that those beside it bring.
    let short = keys - 37
    func cut(_ x: Variable, _ length: Int) -> Variable {
      let row = x.shape[1] * x.shape[2] * x.shape[3] / x.shape[1]
      return Variable(Tensor(Array(x.value[0].values.prefix(length * row)), shape: [1, length] + x.shape.suffix(2)))
    }
    let alone = tape.attention(
      query: cut(q, min(queries, short)), key: cut(k, short), value: cut(v, short), scale: 0.3,
      visibility: Visibility(
        isCausal: isCausal, keys: [UInt8](repeating: 1, count: short), window: visibility.window))
    #expect(Array(z.value[0].values.prefix(alone.value.count)) == alone.value.values)
  }

  @Test("Cross entropy without all logits at once, in the middle of a computation")
  func unembeddedCrossEntropy() {
    check([[7, 6], [700, 6], [700]]) { tape, v in
      let x = tape.activate(v[0], .tanh)
      let slice = WeightSlice(isInputMajor: false, outputs: 0..<700)
      return tape.unembeddedCrossEntropy(
        x, weight: v[1], bias: v[2], slice: slice, targets: [3, 5, 699, 0, 12, 699, 4], rowsAtOnce: 3
      ).loss
    }
  }

  @Test("embedding, with an id that comes twice")
  func embedding() {
    check([[6, 70]]) { tape, v in tape.embed([3, 1, 3, 5], table: v[0], shape: [2, 2]) }
  }

  @Test("gather, select and reshape")
  func gather() {
    check([[2, 5, 4]]) { tape, v in
      tape.add(
        tape.gather(v[0], rows: [1, 1], shape: [2, 4]), tape.select(tape.reshape(v[0], [2, 5, 4]), position: 3))
    }
  }

  @Test("cross entropy, with rows that have no target", arguments: [true, false])
  func crossEntropy(reusingLogits: Bool) {
    check([[5, 700], [5, 700]]) { tape, v in
      let logits = tape.add(v[0], v[1])
      return tape.crossEntropy(logits, targets: [3, -1, 699, 0, 12], reusingLogits: reusingLogits).loss
    }
  }

  @Test("a value used twice gets the sum of both gradients")
  func usedTwice() {
    check([[3, 8]]) { tape, v in
      let y = tape.activate(v[0], .tanh)
      return tape.add(tape.add(y, v[0]), tape.activate(y, .silu))
    }
  }
}
