import Foundation
import Support
import Tensors
import Testing

/// Every operation's gradient against central differences.
@Suite struct TapeTests {
  /// Checks `∂/∂x Σ w·f(x…)` with random weights `w`, for every input.
  fileprivate func check(_ shapes: [[Int]], spread: Double = 1, _ f: (Tape, [Variable]) -> Variable) {
    let found = disagreements(shapes, spread: spread, f)
    #expect(found.prefix(4) == [])
  }

  /// Where gradients and central differences disagree, along directions of sixteen elements each, so that one wrong
  /// element is one sixteenth of what is compared and not lost among thousands.
  ///
  /// - Parameter damage: changes the gradient of an input before it is compared.
  private func disagreements(
    _ shapes: [[Int]], spread: Double, damage: (Int, inout [Float]) -> Void = { _, _ in },
    _ f: (Tape, [Variable]) -> Variable
  ) -> [String] {
    var generator = SeededGenerator(seed: 7)
    func random(_ shape: [Int]) -> Tensor {
      Tensor((0..<shape.reduce(1, *)).map { _ in Float(generator.normal() * spread) }, shape: shape)
    }
    let inputs = shapes.map(random)
    let probe = f(Tape(isRecording: false), inputs.map { Variable($0) })
    let weights = random(probe.shape)
    func value(_ tensors: [Tensor]) -> Double {
      let y = f(Tape(isRecording: false), tensors.map { Variable($0) }).value
      return zip(y.values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    // What a difference of values in Float32 cannot show: the rounding of outputs, by the step.
    let terms = zip(probe.value.values, weights.values).map { Double($0 * $1) }
    let squares = terms.reduce(1e-4) { $0 + $1 * $1 }
    let rounding = 2e-5 * squares.squareRoot()
    let tape = Tape(isRecording: true)
    let variables = inputs.map { Variable($0, needsGradient: true) }
    tape.backward(from: f(tape, variables), gradient: weights)
    var found: [String] = []
    for (index, variable) in variables.enumerated() {
      let x = inputs[index].values, step: Float = 1e-2
      var gradient = variable.gradient?.values ?? [Float](repeating: 0, count: x.count)
      damage(index, &gradient)
      let signs = x.map { _ in Float(generator.uniform() < 0.5 ? -1 : 1) }
      let groups = (x.count + 15) / 16
      for group in 0..<groups {
        let elements = Array(stride(from: group, to: x.count, by: groups))
        func at(_ by: Float) -> Double {
          var moved = x
          for element in elements { moved[element] += by * signs[element] }
          var tensors = inputs
          tensors[index] = Tensor(moved, shape: shapes[index])
          return value(tensors)
        }
        // Four points: the error falls with the fourth power of the step.
        let numeric = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * Double(step))
        let exact = elements.reduce(0.0) { $0 + Double(gradient[$1]) * Double(signs[$1]) }
        let scale = elements.reduce(0.0) { $0 + abs(Double(gradient[$1])) }
        if !(abs(numeric - exact) <= 5e-3 * scale + rounding) {
          found.append("input \(index), group \(group): \(numeric) against \(exact)")
        }
      }
    }
    return found
  }

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

@Suite struct SoftmaxTests {
  @Test("Rows sum to one over what they see, and hidden keys get exactly nothing")
  func rows() {
    let scores = Variable(Tensor([1, 2, 3, 4, 500, 2, 3, 4, -500, 2, 3, 4, .infinity, 2, 3, 4], shape: [1, 1, 4, 4]))
    let visibility = Visibility(isCausal: true, keys: [1, 0, 1, 1])
    let pattern = Tape(isRecording: false).attentionPattern(scores: scores, visibility: visibility, inPlace: false)
    #expect(pattern.value[0][0][0].values == [1, 0, 0, 0])
    #expect(pattern.value[0][0][1].values == [1, 0, 0, 0])
    #expect(pattern.value[0][0][2].values == [0, 0, 1, 0])
    #expect(pattern.value[0][0][3].values.contains { $0.isNaN })
  }

  @Test("A window shows a query itself and those just before")
  func window() {
    let scores = Variable(Tensor(repeating: 1, shape: [1, 1, 4, 4]))
    let visibility = Visibility(isCausal: true, keys: [1, 1, 1, 1], window: 2)
    let pattern = Tape(isRecording: false).attentionPattern(scores: scores, visibility: visibility, inPlace: false)
    #expect(pattern.value.values == [1, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0.5, 0.5])
  }

  @Test("A row that sees no key is zero")
  func blindRow() {
    let scores = Variable(Tensor(repeating: 1, shape: [1, 1, 2, 2]))
    let visibility = Visibility(isCausal: false, keys: [0, 0])
    let pattern = Tape(isRecording: false).attentionPattern(scores: scores, visibility: visibility, inPlace: false)
    #expect(pattern.value.values == [0, 0, 0, 0])
  }
}

extension TapeTests {
  @Test("dropout: the elements that are kept, over both ways to attend")
  func dropout() {
    let dropout = Dropout(rate: 0.3, seed: 11)
    check([[4, 50]]) { $0.dropout($1[0], dropout) }
    check([[2, 20, 4, 8], [2, 20, 2, 8], [2, 20, 2, 8]]) { tape, v in
      tape.attention(
        query: v[0], key: v[1], value: v[2], scale: 0.3,
        visibility: Visibility(isCausal: true, keys: [UInt8](repeating: 1, count: 40)), dropout: dropout)
    }
  }

  @Test("Attention drops the same probabilities band by band and in steps, and as many as it should")
  func droppedProbabilities() {
    var generator = SeededGenerator(seed: 3)
    func random(_ shape: [Int]) -> Variable {
      Variable(Tensor((0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) }, shape: shape))
    }
    let (query, key, value) = (random([2, 150, 2, 8]), random([2, 150, 2, 8]), random([2, 150, 2, 8]))
    let visibility = Visibility(isCausal: true, keys: [UInt8](repeating: 1, count: 300))
    let dropout = Dropout(rate: 0.25, seed: 5), tape = Tape(isRecording: false)
    let whole = tape.attention(
      query: query, key: key, value: value, scale: 0.3, visibility: visibility, dropout: dropout)
    let scores = tape.attentionScores(
      query: query, key: key, scale: 0.3, visibility: visibility, onlyVisible: false)
    let pattern = tape.attentionPattern(scores: scores, visibility: visibility, inPlace: false)
    let kept = tape.dropout(pattern, dropout)
    let steps = tape.attentionMix(pattern: kept, value: value, visibility: visibility)
    #expect(zip(whole.value.values, steps.value.values).allSatisfy { abs($0 - $1) < 1e-5 })

    let ones = Tensor(repeating: 1, shape: [1 << 18])
    let dropped = tape.dropout(Variable(ones), dropout).value.values
    let share = Double(dropped.count { $0 == 0 }) / Double(dropped.count)
    #expect(abs(share - 0.25) < 0.005)
    #expect(dropped.allSatisfy { $0 == 0 || abs($0 - 4 / 3) < 1e-6 })
    // Another seed drops others.
    let other = tape.dropout(Variable(ones), Dropout(rate: 0.25, seed: 6)).value.values
    let both = Double(zip(dropped, other).count { $0 == 0 && $1 == 0 }) / Double(dropped.count)
    #expect(abs(both - 0.0625) < 0.005)
  }

  @Test("Cross entropy with smoothed labels, whole and in pieces", arguments: [Float(0), 0.1])
  func smoothedCrossEntropy(smoothing: Float) {
    let targets: [Int32] = [3, 0, -1, 6, 2]
    check([[5, 7]]) { tape, v in
      tape.crossEntropy(v[0], targets: targets, reusingLogits: false, smoothing: smoothing).loss
    }
    check([[4, 6], [9, 6]]) { tape, v in
      tape.unembeddedCrossEntropy(
        v[0], weight: v[1], bias: nil, slice: WeightSlice(isInputMajor: false, outputs: 0..<9), targets: [3, 0, 8, 2],
        smoothing: smoothing, rowsAtOnce: 3
      ).loss
    }
  }

  @Test("The loss with smoothed labels is that of the target's distribution")
  func smoothedLoss() {
    let logits: [Float] = [0.5, -1, 2, 0.25], smoothing = 0.2
    let normalizer = log(logits.reduce(0.0) { $0 + exp(Double($1)) })
    let wanted = logits.enumerated().reduce(0.0) { sum, entry in
      sum + (normalizer - Double(entry.element)) * (smoothing / 4 + (entry.offset == 2 ? 1 - smoothing : 0))
    }
    let (_, exact) = Tape(isRecording: false).crossEntropy(
      Variable(Tensor(logits, shape: [1, 4])), targets: [2], reusingLogits: false, smoothing: Float(smoothing))
    #expect(abs(exact - wanted) < 1e-6)
  }

  @Test("A gradient is written where it is asked to be, or added to what lies there", arguments: [false, true])
  func gradientHome(adding: Bool) {
    let home = Tensor(repeating: 5, shape: [2, 3])
    let x = Variable(Tensor(repeating: 1, shape: [2, 3]), needsGradient: true, gradientIn: home, adding: adding)
    let tape = Tape(isRecording: true)
    // Two ways to the loss, one of which shares its gradient.
    tape.backward(from: tape.add(x, tape.scale(x, by: 2)))
    #expect(home.values == [Float](repeating: adding ? 8 : 3, count: 6))
    #expect(x.gradient?.storage === home.storage)
  }
}

extension TapeTests {
  @Test("What makes queries and keys positive, and the logarithm of their products")
  func linearAttention() {
    check([[5, 40]], spread: 2) { $0.activate($1[0], .eluPlusOne) }
    check([[5, 40]]) { $0.activate($0.activate($1[0], .eluPlusOne), .logarithm) }
  }

  @Test("Mixtures of experts: weights, outputs and the imbalance of the router")
  func experts() {
    /// Two numbers of each row so much larger, and all positive, that small changes choose no others.
    func apart(_ shape: [Int]) -> Variable {
      Variable(
        Tensor(
          (0..<shape[0] * shape[1]).map {
            ($0 % shape[1] + $0 / shape[1]) % shape[1] < 2 ? 15 + Float($0 % shape[1]) * 6 : 6
          }, shape: shape))
    }
    check([[30, 5]]) { tape, v in tape.largestShares(tape.add(v[0], apart([30, 5])), perRow: 2) }
    check([[30, 5]]) { tape, v in tape.largestShares(tape.add(v[0], apart([30, 5])), perRow: 1) }
    check([[6, 3], [4, 8], [2, 8]]) { tape, v in
      let empty = Variable(Tensor(uninitialized: [0, 8]))
      return tape.mixture(of: [([0, 2, 3, 5], v[1]), ([], empty), ([1, 3], v[2])], weights: v[0], shape: [2, 3, 8])
    }
    check([[6, 4]]) { tape, v in
      tape.imbalance(tape.add(v[0], apart([6, 4])), perRow: 2, where: [1, 1, 0, 1, 1, 1])
    }
  }

  @Test("An expert's weight is its share of those that are chosen")
  func routing() {
    let probabilities = Variable(Tensor([0.1, 0.5, 0.3, 0.1, 0.2, 0.2, 0.2, 0.4], shape: [2, 4]))
    let tape = Tape(isRecording: false)
    let expected: [Float] = [0, 0.625, 0.375, 0, 1 / 3, 0, 0, 2 / 3]
    let weights = tape.largestShares(probabilities, perRow: 2).value.values
    #expect(zip(weights, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(tape.largestShares(probabilities, perRow: 1).value.values == [0, 0.5, 0, 0, 0, 0, 0, 0.4])
    // All rows to one of four experts, which is as far from even as can be.
    let sure = Variable(Tensor([1, 0, 0, 0, 1, 0, 0, 0], shape: [2, 4]))
    #expect(tape.imbalance(sure, perRow: 1, where: [1, 1]).value.values == [4])
    #expect(
      tape.imbalance(Variable(Tensor([1, 0, 0, 1], shape: [2, 2])), perRow: 1, where: [1, 1]).value.values == [1])
  }

  @Test("A strided window: its keys, whole and in bands, with gradients")
  func strided() {
    let scores = Variable(Tensor(repeating: 1, shape: [1, 1, 8, 8]))
    let keys = [UInt8](repeating: 1, count: 8)
    let visibility = Visibility(isCausal: true, keys: keys, window: 2, stride: 3)
    let pattern = Tape(isRecording: false).attentionPattern(scores: scores, visibility: visibility, inPlace: false)
    let seen = (0..<8).map { q in (0..<8).filter { pattern.value.values[q * 8 + $0] > 0 } }
    #expect(seen == [[0], [0, 1], [1, 2], [0, 2, 3], [1, 3, 4], [2, 4, 5], [0, 3, 5, 6], [1, 4, 6, 7]])

    let length = 140
    var mask = [UInt8](repeating: 1, count: 2 * length)
    mask[length - 1] = 0
    let long = Visibility(isCausal: true, keys: mask, window: 5, stride: 7)
    check(Array(repeating: [2, length, 2, 4], count: 3), spread: 0.7) { tape, v in
      tape.attention(query: v[0], key: v[1], value: v[2], scale: 0.5, visibility: long)
    }
    check(Array(repeating: [2, length, 2, 4], count: 3), spread: 0.7) { tape, v in
      let scores = tape.attentionScores(query: v[0], key: v[1], scale: 0.5, visibility: long, onlyVisible: true)
      let pattern = tape.attentionPattern(scores: scores, visibility: long, inPlace: true)
      return tape.attentionMix(pattern: pattern, value: v[2], visibility: long)
    }
  }
}
