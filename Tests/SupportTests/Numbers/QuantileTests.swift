import Support
import Testing

@Suite("Quantiles")
struct QuantileTests {
  @Test(
    "Linear between neighbours, as R's type 7",
    arguments: [(0.0, 1.0), (0.25, 1.75), (0.5, 3), (0.9, 8.2), (1, 10), (2, 10), (-1, 1)])
  func linear(share: Double, value: Double) {
    #expect(abs([1, 2, 4, 10].quantile(share) - value) < 1e-12)
  }

  @Test("One number is every quantile, none is none")
  func few() {
    #expect([5].quantile(0.3) == 5)
    #expect([Double]().quantile(0.5).isNaN)
  }
}
