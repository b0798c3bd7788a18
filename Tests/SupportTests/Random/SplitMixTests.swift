import Support
import Testing

@Suite("Seeded numbers")
struct SplitMixTests {
  @Test("The numbers of splitmix64 are those of its authors' code")
  func published() {
    func first(_ seed: UInt64) -> [UInt64] { (1...3).map { SplitMix.number($0, of: seed) } }
    #expect(first(0) == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    #expect(first(1_234_567) == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }

  @Test("A generator begins as it always did, and each stream of a seed as the generator of another seed")
  func streams() {
    var generator = SeededGenerator(seed: 0)
    #expect(generator.next() == 0x5317_5D61_490B_23DF)
    var (stream, other) = (SeededGenerator(seed: 7, stream: 3), SeededGenerator(seed: 7))
    var same = SeededGenerator(seed: 7 &+ 3 &* 0x9E37_79B9_7F4A_7C15)
    #expect(stream.next() == same.next())
    #expect(stream.next() != other.next())
  }

  @Test("The hash of a text stays what it is: samples and resamples are chosen by it")
  func hash() {
    #expect(stableHash("") == 0xF52A_15E9_A9B5_E89B)
    #expect(stableHash("doc-12") == 0x29C0_7A58_F00E_BD5C)
  }
}
