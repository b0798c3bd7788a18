import CKernels
import Support

/// A value of the network, and after the backward pass the gradient of the loss at it.
package final class Variable {
  package let value: Tensor
  /// Whether anything that is asked for lies upstream of it.
  package let needsGradient: Bool
  package private(set) var gradient: Tensor?
  /// Whether `gradient` belongs to this variable alone, so that more may be added in place.
  private var ownsGradient = false
  /// Where the gradient is to lie; in memory of its own where nil.
  private let home: Tensor?

  /// - Parameters:
  ///   - home: where the gradient is to be written, of the value's shape.
  ///   - adding: whether a gradient lies there already, to which this one is added.
  package init(_ value: Tensor, needsGradient: Bool = false, gradientIn home: Tensor? = nil, adding: Bool = false) {
    self.value = value
    self.needsGradient = needsGradient
    self.home = home
    if adding, let home { replaceGradient(owned: home) }
  }

  package var shape: [Int] { value.shape }

  /// Adds a gradient that this variable may keep and change.
  package func add(owned contribution: Tensor) {
    guard let existing = gradient else {
      if let home { copy(contribution, to: home) }
      gradient = home ?? contribution
      ownsGradient = true
      return
    }
    if ownsGradient {
      accumulate(contribution, into: existing)
    } else {
      gradient = sum(existing, contribution)
      ownsGradient = true
    }
  }

  /// Adds a gradient that others hold as well.
  package func add(shared contribution: Tensor) {
    if gradient == nil, home == nil {
      gradient = contribution.reshaped(shape)
      ownsGradient = false
    } else {
      if !ownsGradient, let existing = gradient {
        gradient = sum(existing, contribution)
        ownsGradient = true
      } else {
        add(owned: contribution)
      }
    }
  }

  /// Lets `body` write a gradient of the variable's shape: over fresh memory, or with `adding` onto what is there.
  package func contribute(_ body: (_ target: Tensor, _ adding: Bool) -> Void) {
    if let existing = gradient {
      if !ownsGradient {
        let copy = Tensor(uninitialized: shape)
        copy.pointer.update(from: existing.pointer, count: existing.count)
        gradient = copy
        ownsGradient = true
        body(copy, true)
      } else {
        body(existing, true)
      }
    } else {
      let fresh = home ?? Tensor(uninitialized: shape)
      body(fresh, false)
      gradient = fresh
      ownsGradient = true
    }
  }

  /// The gradient, given away: the variable forgets it.
  package func takeGradient() -> Tensor? {
    defer { gradient = nil }
    return gradient
  }

  /// Replaces the gradient by one that this variable may change.
  package func replaceGradient(owned value: Tensor) {
    gradient = value
    ownsGradient = true
  }
}

/// The record of a forward pass, played backwards to differentiate it.
///
/// Each operation is a method of the tape: it computes its result and, while recording, notes how to turn the gradient
/// of its result into those of its inputs. Playing back frees each note, and what it held, as it goes.
package final class Tape {
  private var steps: [() -> Void] = []
  package let isRecording: Bool

  package init(isRecording: Bool) { self.isRecording = isRecording }

  /// The result of an operation on `inputs`; `backward` is called with its gradient if any input needs one.
  func result(
    _ value: Tensor, of inputs: [Variable], backward: @escaping (_ gradient: Tensor, _ output: Variable) -> Void
  )
    -> Variable
  {
    guard isRecording, inputs.contains(where: \.needsGradient) else { return Variable(value) }
    let output = Variable(value, needsGradient: true)
    steps.append { if let gradient = output.gradient { backward(gradient, output) } }
    return output
  }

  /// Shows the gradient of `x` when it is whole, on the way back.
  package func look(at x: Variable, _ body: @escaping (_ gradient: Tensor) -> Void) {
    guard isRecording, x.needsGradient else { return }
    steps.append { if let gradient = x.gradient { body(gradient) } }
  }

  /// A number that was computed of `x` elsewhere, with its gradient, which is made on the way back.
  package func number(_ value: Double, of x: Variable, gradient: @escaping () -> Tensor) -> Variable {
    result(Tensor([Float(value)], shape: []), of: [x]) { upstream, _ in
      let factor = upstream.pointer[0], dx = gradient()
      if factor != 1 { tk_scale(dx.pointer, dx.pointer, factor, dx.count) }
      x.add(owned: dx)
    }
  }

  /// A part of the pass from `x` to `value` of which nothing was recorded: on the way back it is computed again, with the
  /// same bits, by `again`, recorded on a tape of its own and differentiated at once. What it leaves for that is `x`.
  package func recomputed(
    _ x: Variable, value: Tensor, _ again: @escaping (_ tape: Tape, _ x: Variable) -> Variable
  ) -> Variable {
    let output = Variable(value, needsGradient: true)
    steps.append {
      guard let gradient = output.takeGradient() else { return }
      let tape = Tape(isRecording: true), input = Variable(x.value, needsGradient: x.needsGradient)
      tape.backward(from: again(tape, input), gradient: gradient)
      if let dx = input.takeGradient() { x.add(shared: dx) }
    }
    return output
  }

  /// Differentiates: from `output`, whose own gradient is given (1 for a loss), back through everything recorded.
  ///
  /// A variable that nothing led from keeps no gradient.
  package func backward(from output: Variable, gradient: Tensor? = nil) {
    output.replaceGradient(owned: gradient ?? Tensor(repeating: 1, shape: output.shape))
    while let step = steps.popLast() { step() }
  }
}

private func copy(_ source: Tensor, to target: Tensor) {
  forEachElementChunk(target.count) { range in
    (target.pointer + range.lowerBound).update(from: source.pointer + range.lowerBound, count: range.count)
  }
}

private func accumulate(_ source: Tensor, into target: Tensor) {
  forEachElementChunk(target.count) { range in
    tk_accumulate(target.pointer + range.lowerBound, source.pointer + range.lowerBound, range.count)
  }
}

private func sum(_ a: Tensor, _ b: Tensor) -> Tensor {
  let result = Tensor(uninitialized: a.shape)
  forEachElementChunk(a.count) { range in
    tk_add(result.pointer + range.lowerBound, a.pointer + range.lowerBound, b.pointer + range.lowerBound, range.count)
  }
  return result
}

/// Pieces for loops over single elements.
func forEachElementChunk(_ count: Int, _ body: (Range<Int>) -> Void) {
  forEachChunk(of: count, size: 1 << 16, body)
}
