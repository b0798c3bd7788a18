import Support
import Testing

@Suite("Parts of file names")
struct SlugTests {
  @Test(
    "Lower case, a hyphen between what is kept",
    arguments: [("Adam W", "adam-w"), (" lr = 1e-3 ", "lr-1e-3"), ("größer", "größer"), ("—", "")])
  func slug(text: String, slug: String) {
    #expect(text.slug() == slug)
  }

  @Test("What is kept can be said")
  func ascii() { #expect("größer: 2".slug { $0.isASCII && $0.isLetter } == "gr-er") }
}
