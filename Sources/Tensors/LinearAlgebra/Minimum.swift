import CLBFGS

/// Where a smooth function is smallest, found by L-BFGS (Liu & Nocedal 1989, the line search of Moré & Thuente).
package struct Minimum {
  package let point: [Double]
  /// False where the search ended before its tolerance: after the most steps, or where no step led further down.
  package let isConverged: Bool

  package typealias Function = ([Double]) -> (value: Double, gradient: [Double])

  /// From `start` until `‖∇f(x)‖ ≤ tolerance · max(1, ‖x‖)`, or for `steps`.
  package init(of function: Function, from start: [Double], tolerance: Double, steps: Int) {
    guard let point = lbfgs_malloc(Int32(start.count)) else { preconditionFailure("no memory for a search") }
    defer { lbfgs_free(point) }
    point.update(from: start, count: start.count)
    var parameters = lbfgs_parameter_t()
    lbfgs_parameter_init(&parameters)
    parameters.epsilon = tolerance
    parameters.max_iterations = Int32(steps)
    let status = withoutActuallyEscaping(function) { function in
      withUnsafePointer(to: function) { function in
        lbfgs(
          Int32(start.count), point, nil,
          { function, point, gradient, count, _ in
            guard let function = function?.assumingMemoryBound(to: Function.self), let point, let gradient else {
              return .nan
            }
            let (value, slope) = function.pointee(Array(UnsafeBufferPointer(start: point, count: Int(count))))
            gradient.update(from: slope, count: Int(count))
            return value
          }, nil, UnsafeMutableRawPointer(mutating: function), &parameters)
      }
    }
    self.point = Array(UnsafeBufferPointer(start: point, count: start.count))
    isConverged = [LBFGS_SUCCESS, LBFGS_ALREADY_MINIMIZED].contains(Int(status))
  }
}
