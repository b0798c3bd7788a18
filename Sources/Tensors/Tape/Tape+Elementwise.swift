import CKernels

package enum ActivationFunction: Hashable, Sendable {
  case gelu, geluTanh, relu, silu, tanh
  /// `elu(x) + 1`: what makes queries and keys positive in linear attention (Katharopoulos 2020).
  case eluPlusOne
  /// `ln x`, of positive numbers.
  case logarithm

  fileprivate var kernel: tk_activation {
    switch self {
    case .gelu: TK_GELU
    case .geluTanh: TK_GELU_TANH
    case .relu: TK_RELU
    case .silu: TK_SILU
    case .tanh: TK_TANH
    case .eluPlusOne: TK_ELU_PLUS_ONE
    case .logarithm: TK_LOGARITHM
    }
  }
}

extension Tape {
  /// `a + b`, of equal shapes.
  package func add(_ a: Variable, _ b: Variable) -> Variable {
    let y = Tensor(uninitialized: a.shape)
    forEachElementChunk(y.count) { range in
      let start = range.lowerBound
      tk_add(y.pointer + start, a.value.pointer + start, b.value.pointer + start, range.count)
    }
    return result(y, of: [a, b]) { dy, _ in
      if a.needsGradient { a.add(shared: dy) }
      if b.needsGradient { b.add(shared: dy) }
    }
  }

  /// `a · b`, element by element, of equal shapes.
  package func product(_ a: Variable, _ b: Variable) -> Variable {
    result(products(a.value, b.value), of: [a, b]) { dy, _ in
      if a.needsGradient { a.add(owned: products(dy, b.value)) }
      if b.needsGradient { b.add(owned: products(dy, a.value)) }
    }
  }

  /// `factor · x`.
  package func scale(_ x: Variable, by factor: Float) -> Variable {
    result(multiple(x.value, factor), of: [x]) { dy, _ in x.add(owned: multiple(dy, factor)) }
  }

  /// `f(x)`, element by element.
  package func activate(_ x: Variable, _ function: ActivationFunction) -> Variable {
    let y = Tensor(uninitialized: x.shape)
    if isRecording, x.needsGradient, [.gelu, .geluTanh].contains(function) {
      // The slope shares its costly part with the value.
      let slopes = Tensor(uninitialized: x.shape)
      forEachElementChunk(y.count) { range in
        let start = range.lowerBound
        _ = tk_activate_with_slope(
          function.kernel, y.pointer + start, slopes.pointer + start, x.value.pointer + start, range.count)
      }
      return result(y, of: [x]) { dy, _ in x.add(owned: products(dy, slopes)) }
    }
    forEachElementChunk(y.count) { range in
      tk_activate(function.kernel, y.pointer + range.lowerBound, x.value.pointer + range.lowerBound, range.count)
    }
    return result(y, of: [x]) { dy, _ in
      let dx = Tensor(uninitialized: x.shape)
      forEachElementChunk(dx.count) { range in
        let start = range.lowerBound
        tk_activate_backward(
          function.kernel, dx.pointer + start, dy.pointer + start, x.value.pointer + start, range.count)
      }
      x.add(owned: dx)
    }
  }
}

extension Tape {
  /// The same values under another shape.
  package func reshape(_ x: Variable, _ shape: [Int]) -> Variable {
    result(x.value.reshaped(shape), of: [x]) { dy, _ in x.add(shared: dy) }
  }
}

private func products(_ a: Tensor, _ b: Tensor) -> Tensor {
  let y = Tensor(uninitialized: a.shape)
  forEachElementChunk(y.count) { range in
    let start = range.lowerBound
    tk_multiply(y.pointer + start, a.pointer + start, b.pointer + start, range.count)
  }
  return y
}

private func multiple(_ x: Tensor, _ factor: Float) -> Tensor {
  let y = Tensor(uninitialized: x.shape)
  forEachElementChunk(y.count) { range in
    tk_scale(y.pointer + range.lowerBound, x.pointer + range.lowerBound, factor, range.count)
  }
  return y
}
