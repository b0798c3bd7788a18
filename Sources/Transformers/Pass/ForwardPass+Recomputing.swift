import Tensors

extension ForwardPass {
  /// Whether blocks can: in a training there is memory for all, and where single sites are differentiated most blocks
  /// leave nothing.
  var recomputesBlocks: Bool { request.parameterGradients && request.training == nil }

  /// A block of which nothing but its input is kept for the way back.
  mutating func forgottenBlock(_ stack: StackPass, _ layer: Int, _ x: Variable) throws -> Variable {
    var again = self
    again.isAgain = true
    let recorded = tape
    tape = Tape(isRecording: false)
    defer { tape = recorded }
    let y = try block(stack, layer, Variable(x.value)).value
    return recorded.recomputed(x, value: y) { tape, x in
      var pass = again
      pass.tape = tape
      do { return try pass.block(stack, layer, x) } catch { preconditionFailure("a block ran once alone: \(error)") }
    }
  }
}
