import Foundation
import Support
import Tensors
import Testing

@Suite struct SoftmaxTests: GradientCheck {
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
