import CMarkGFM
import Synchronization

/// Markdown in GitHub's dialect (tables, automatic links) to HTML by cmark-gfm. Raw HTML is left out.
package enum MarkdownHTML {
  /// cmark registers its extensions once for the process.
  private static let registration: Void = cmark_gfm_core_extensions_ensure_registered()
  /// Its allocator and lists of extensions are shared; conversions take turns.
  private static let turn = Mutex(())

  package static func convert(_ markdown: String) -> String {
    turn.withLock { _ in
      _ = registration
      guard let parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8) else { return "" }
      defer { cmark_parser_free(parser) }
      for name in ["table", "autolink"] {
        if let syntax = cmark_find_syntax_extension(name) { cmark_parser_attach_syntax_extension(parser, syntax) }
      }
      var bytes = Array(markdown.utf8)
      bytes.withUnsafeMutableBytes { buffer in
        cmark_parser_feed(parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
      }
      guard let document = cmark_parser_finish(parser) else { return "" }
      defer { cmark_node_free(document) }
      guard
        let html = cmark_render_html(document, CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(parser))
      else { return "" }
      defer { cmark_get_default_mem_allocator().pointee.free(html) }
      return String(cString: html)
    }
  }

  /// The text alone, without marks.
  static func plain(_ markdown: String) -> String {
    inline(markdown).replacing(/<[^>]*>/, with: "").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&quot;", with: "\u{22}").replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }

  /// The HTML of one paragraph without its tags, for captions and cells.
  package static func inline(_ markdown: String) -> String {
    var html = Substring(convert(markdown))
    while html.last?.isNewline == true { html.removeLast() }
    guard html.hasPrefix("<p>"), html.hasSuffix("</p>"), !html.dropFirst(3).contains("<p>") else { return String(html) }
    return String(html.dropFirst(3).dropLast(4))
  }
}
