internal import CPangoCairo

/// Turns text into glyphs with Pango: scripts, kerning, right to left. For one thread at a time.
final class Shaper: @unchecked Sendable {
  /// Pixels per em at which is shaped; large, so that Pango's 1/1024 pixel rounds nothing visible.
  private static let size = 1000.0

  private let typefaces: Typefaces
  private let context: OpaquePointer
  private let layout: OpaquePointer
  private let descriptions: [[OpaquePointer]]

  init(_ typefaces: Typefaces) {
    self.typefaces = typefaces
    let map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT)!
    pango_fc_font_map_set_config(OpaquePointer(map), typefaces.config)
    context = pango_font_map_create_context(map)
    g_object_unref(map)
    let options = unhintedOptions()
    pango_cairo_context_set_font_options(context, options)
    cairo_font_options_destroy(options)
    pango_context_set_round_glyph_positions(context, 0)
    // Never that of the locale: it chooses among the shapes of Han characters.
    pango_context_set_language(context, pango_language_from_string("en"))
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR)
    layout = pango_layout_new(context)
    pango_layout_set_single_paragraph_mode(layout, 1)
    pango_layout_set_auto_dir(layout, 1)
    descriptions = [1, TextSegments.codePointScale].map { scale in
      typefaces.faces.map { face in
        let description = pango_font_description_new()!
        pango_font_description_set_family(description, face.family)
        pango_font_description_set_weight(description, face.isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        pango_font_description_set_style(description, face.isItalic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL)
        pango_font_description_set_absolute_size(description, Self.size * scale * Double(PANGO_SCALE))
        return description
      }
    }
  }

  deinit {
    for description in descriptions.joined() { pango_font_description_free(description) }
    g_object_unref(UnsafeMutableRawPointer(layout))
    g_object_unref(UnsafeMutableRawPointer(context))
  }

  func shape(_ line: TextSegments) -> ShapedText {
    guard !line.text.isEmpty else { return ShapedText(width: 0, runs: []) }
    let attributes = attributes(of: line)
    pango_layout_set_attributes(layout, attributes)
    pango_attr_list_unref(attributes)
    line.text.withUnsafeBytes { bytes in
      pango_layout_set_text(layout, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
    }
    var runs: [GlyphRun] = []
    var x = 0.0
    var node = pango_layout_get_line_readonly(layout, 0)?.pointee.runs
    while let current = node {
      if let item = current.pointee.data?.assumingMemoryBound(to: PangoGlyphItem.self) {
        if let run = run(of: item.pointee, in: line, from: &x) { runs.append(run) }
      }
      node = current.pointee.next
    }
    return ShapedText(width: x, runs: runs)
  }

  private func attributes(of line: TextSegments) -> OpaquePointer {
    let list = pango_attr_list_new()!
    pango_attr_list_insert(list, pango_attr_fallback_new(0))
    for segment in line.segments {
      let face = typefaces.faces[segment.face]
      var attributes = [pango_attr_font_desc_new(descriptions[segment.isCodePoint ? 1 : 0][segment.face])]
      // Letters are shown as they are: "->" and "!=" of a token do not become an arrow or a sign.
      if !face.family.contains("Arabic") { attributes.append(pango_attr_font_features_new("liga=0, calt=0, clig=0")) }
      for attribute in attributes {
        attribute?.pointee.start_index = UInt32(segment.bytes.lowerBound)
        attribute?.pointee.end_index = UInt32(segment.bytes.upperBound)
        pango_attr_list_insert(list, attribute)
      }
    }
    return list
  }

  /// `x` is where the run starts and, after it, ends, in em.
  private func run(of item: PangoGlyphItem, in line: TextSegments, from x: inout Double) -> GlyphRun? {
    guard let part = item.item?.pointee, let string = item.glyphs?.pointee, let font = part.analysis.font else {
      return nil
    }
    let unit = 1 / (Self.size * Double(PANGO_SCALE))
    let pattern = pango_fc_font_get_pattern(
      UnsafeMutableRawPointer(font).assumingMemoryBound(to: PangoFcFont.self))
    let start = Int(part.offset)
    let segment = line.segments.first { $0.bytes.contains(start) }
    guard let face = pattern.flatMap({ typefaces.face(of: $0) }) ?? segment?.face else { return nil }
    let isBackward = part.analysis.level & 1 != 0

    // Glyphs that are drawn, and how many of them belong to each cluster (by its first byte, in visual order).
    var glyphs: [PlacedGlyph] = []
    var drawn: [(byte: Int, glyphs: Int)] = []
    for place in 0..<Int(string.num_glyphs) {
      let info = string.glyphs[place]
      let byte = Int(string.log_clusters[place])
      if drawn.last?.byte != byte { drawn.append((byte, 0)) }
      if info.glyph != PangoGlyph(0x0FFF_FFFF), info.glyph & 0x1000_0000 == 0 {
        glyphs.append(
          PlacedGlyph(
            id: info.glyph, x: x + Double(info.geometry.x_offset) * unit, y: Double(info.geometry.y_offset) * unit))
        drawn[drawn.count - 1].glyphs += 1
      }
      x += Double(info.geometry.width) * unit
    }
    if isBackward { drawn.reverse() }
    var clusters: [GlyphRun.Cluster] = []
    for (place, cluster) in drawn.enumerated() {
      let end = place + 1 < drawn.count ? drawn[place + 1].byte : Int(part.length)
      clusters.append(GlyphRun.Cluster(bytes: end - cluster.byte, glyphs: cluster.glyphs))
    }
    return GlyphRun(
      face: face, scale: segment?.isCodePoint == true ? TextSegments.codePointScale : 1, glyphs: glyphs,
      text: Array(line.text[start..<start + Int(part.length)]), clusters: clusters, isBackward: isBackward)
  }
}
