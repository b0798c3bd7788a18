import Foundation
import Reports
import Testing

private let awkward = [
  "|", "`", "``a`", " ` ", "<script>alert('x')</script>", "a&b", "\"quoted\"", "\u{0}\u{1b}[31m", "\r\n", "a\tb", "\\|",
  "שלום", "\u{202e}gpj.exe", "*bold* _em_ ~x~", "[a](http://b)", "#1 @someone", "{{x}}", "100 % $x$ ^~_{}\\", "=1+1,2",
  "名\u{feff}", "👩‍🔬", "[CLS]", "##ing", "Ġthe", "www.example.com", "1. x", "- x", "]]>", "&lt;", "",
]

@Suite struct EscapingTests {
  @Test("Markdown text comes out of the converter as the text that went in, and as nothing else", arguments: awkward)
  func markdown(text: String) {
    let html = MarkdownHTML.inline("x" + Escaping.markdown(text) + "x")
    #expect(html == "x" + Escaping.html(Escaping.visible(text)).replacing("&#39;", with: "'") + "x")
  }

  @Test("A cell stays one cell, as text and as code", arguments: awkward)
  func cells(text: String) {
    let table = "| a | b |\n|---|---|\n| \(Escaping.markdown(text)) | \(Escaping.markdownCode(text)) |\n"
    let html = MarkdownHTML.convert(table)
    #expect(html.components(separatedBy: "<td>").count == 3)
    let shown = Escaping.html(Escaping.visible(text)).replacing("&#39;", with: "'")
    #expect(html.contains("<code>\(shown.isEmpty ? " " : shown)</code>"), "\(html)")
  }

  @Test("HTML and XML have no markup left", arguments: awkward)
  func xml(text: String) {
    #expect(!Escaping.html(text).contains { "<>\"'".contains($0) })
    #expect(!Escaping.xml(text).contains { "<>\"'".contains($0) })
    #expect(!Escaping.xml(text).unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
  }

  @Test(
    "A CSV field is one field",
    arguments: [
      ("a", "a"), ("a,b", "\"a,b\""), ("\"", "\"\"\"\""), ("a\nb", "\"a\nb\""), (" a", "\" a\""),
      // What a spreadsheet would take for a formula.
      ("=1+1", "'=1+1"), ("+", "'+"), ("-5", "'-5"), ("@SUM(A1)", "'@SUM(A1)"), ("=\"a\"", "\"'=\"\"a\"\"\""),
      ("\t=1", "'\t=1"), ("\r=1", "\"'\r=1\""), ("\t", "\t"), ("a=b", "a=b"), ("", ""),
    ])
  func csv(text: String, field: String) { #expect(Escaping.csv(text) == field) }

  @Test("LaTeX has no active character left")
  func latex() {
    #expect(
      Escaping.latex("a_b 50% $x$ #1 & {y} ~^\\ <|>`\u{1}")
        == ##"a\_b 50\% \$x\$ \#1 \& \{y\} \textasciitilde{}\textasciicircum{}\textbackslash{} "##
        + ##"\textless{}\textbar{}\textgreater{}\textasciigrave{}␁"##)
  }

  @Test("LaTeX has commands for the signs of formulas, and letters of other scripts as they are")
  func latexSigns() {
    #expect(
      Escaping.latex("−Σₖ pₖ·log₂ ‖σ‖² … 5–95 “a” 注é")
        == #"\ensuremath{-}\ensuremath{\Sigma}\ensuremath{_{k}} p\ensuremath{_{k}}\ensuremath{\cdot}log\ensuremath{_{2}} "#
        + #"\ensuremath{\Vert}\ensuremath{\sigma}\ensuremath{\Vert}\ensuremath{^{2}} \ldots{} 5--95 ``a'' 注é"#)
  }

  @Test("Invisible characters are shown by name, and joined emoji stay whole")
  func visible() {
    #expect(Escaping.visible("\u{202e}a\n\u{7f}\u{feff}") == "⟨U+202E⟩a␊␡⟨U+FEFF⟩")
    #expect(Escaping.visible("👩‍🔬") == "👩‍🔬")
  }

  @Test("Tables and links become HTML, raw HTML and footnotes do not")
  func converter() {
    #expect(MarkdownHTML.convert("| a |\n|--:|\n| 1 |\n").contains("<td align=\"right\">1</td>"))
    #expect(MarkdownHTML.convert("https://example.org").contains("<a href="))
    #expect(!MarkdownHTML.convert("<b>x</b>").contains("<b>"))
    #expect(!MarkdownHTML.convert("x[^1]\n\n[^1]: y").contains("<sup"))
  }
}
