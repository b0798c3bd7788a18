import Tensors
import Testing

@Suite("Tensors of the same numbers")
struct SameNumbersTests {
  @Test(
    "A copy is the same with its NaN, another number or place is not",
    arguments: [([1, .nan], true), ([.nan, 1], false), ([1, 2], false)] as [([Float], Bool)])
  func copies(values: [Float], isSame: Bool) {
    let tensor = Tensor([1, .nan], shape: [2])
    #expect(tensor.hasSameNumbers(as: Tensor(values, shape: [2])) == isSame)
    #expect(!tensor.hasSameNumbers(as: Tensor(values, shape: [1, 2])))
  }
}
