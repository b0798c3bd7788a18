import Tensors
import Testing

@Suite("L-BFGS")
struct MinimumTests {
  /// Rosenbrock's valley, `(1 − x)² + 100(y − x²)²`.
  private func valley(_ point: [Double]) -> (value: Double, gradient: [Double]) {
    let (x, y) = (point[0], point[1]), height = y - x * x
    return ((1 - x) * (1 - x) + 100 * height * height, [-2 * (1 - x) - 400 * x * height, 200 * height])
  }

  @Test("The bottom of Rosenbrock's valley is found, and a search that is cut short says so")
  func rosenbrock() {
    let found = Minimum(of: valley, from: [-1.2, 1], tolerance: 1e-9, steps: 1000)
    #expect(found.isConverged && found.point.allSatisfy { abs($0 - 1) < 1e-7 })
    #expect(!Minimum(of: valley, from: [-1.2, 1], tolerance: 1e-9, steps: 3).isConverged)
    #expect(Minimum(of: valley, from: [1, 1], tolerance: 1e-9, steps: 3).isConverged)
  }
}
