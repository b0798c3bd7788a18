extension DisplayList {
  /// The figure as text, for comparison with a file: one line an item, those of a group two spaces further in, numbers
  /// rounded to hundredths, images as a hash of their pixels.
  package var listing: String {
    var lines = ["figure \(quoted(id)) \(number(size.width))x\(number(size.height)) on \(hex(background))"]
    if !title.isEmpty { lines.append("title \(quoted(title))") }
    if !description.isEmpty { lines.append("description \(quoted(description))") }
    list(items, indent: "", into: &lines)
    return lines.joined(separator: "\n") + "\n"
  }
}

private func list(_ items: [DrawingItem], indent: String, into lines: inout [String]) {
  for item in items {
    switch item {
    case .path(let elements, let fill, let stroke):
      lines.append("\(indent)path \(elements.map(step).joined(separator: " "))\(paint(fill, stroke))")
    case .rect(let rect, let fill, let stroke, let crisp):
      lines.append("\(indent)rect \(area(rect))\(paint(fill, stroke))\(crisp ? " crisp" : "")")
    case .discs(let centres, let radius, let fill, let stroke):
      let places = centres.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
      lines.append("\(indent)discs \(centres.count) r \(number(radius))\(paint(fill, stroke)) at \(places)")
    case .text(let run):
      var line = "\(indent)text \(quoted(run.text)) \(place(run.position)) \(run.horizontal) \(run.vertical)"
      if run.rotation != 0 { line += " turned \(number(run.rotation))" }
      line += " \(run.font.family) \(number(run.font.size))"
      if run.font.weight == .bold { line += " bold" }
      if run.font.italic { line += " italic" }
      lines.append("\(line) \(hex(run.color))")
    case .image(let image, let rect):
      lines.append(
        "\(indent)image \(image.width)x\(image.height) in \(area(rect)) pixels \(hash(image.pixels))\(image.isSmooth ? " smooth" : "")"
      )
    case .group(let inner, let clip, let opacity):
      var line = "\(indent)group"
      if let clip { line += " clip \(area(clip))" }
      if opacity != 1 { line += " opacity \(number(opacity))" }
      lines.append(line)
      list(inner, indent: indent + "  ", into: &lines)
    }
  }
}

private func step(_ element: PathElement) -> String {
  switch element {
  case .move(let point): "M \(place(point))"
  case .line(let point): "L \(place(point))"
  case .curve(let one, let two, let end): "C \(place(one)) \(place(two)) \(place(end))"
  case .close: "Z"
  }
}

private func paint(_ fill: Color?, _ stroke: Stroke?) -> String {
  var text = ""
  if let fill { text += " fill \(hex(fill))" }
  if let stroke {
    text += " stroke \(hex(stroke.color)) \(number(stroke.width))"
    if !stroke.dash.isEmpty { text += " dash \(stroke.dash.map(number).joined(separator: ","))" }
    if stroke.cap != .butt { text += " \(stroke.cap)" }
  }
  return text
}

private func place(_ point: Point) -> String { "\(number(point.x)) \(number(point.y))" }

private func area(_ rect: Rect) -> String {
  "\(number(rect.x)) \(number(rect.y)) \(number(rect.width)) \(number(rect.height))"
}

/// Rounded to hundredths, shortest, never `-0`.
private func number(_ value: Double) -> String {
  let rounded = (value * 100).rounded() / 100
  if rounded == 0 { return "0" }
  let text = "\(rounded)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// `#rrggbb`, with the opacity behind where there is any: `#ff0000/0.5`.
private func hex(_ color: Color?) -> String {
  guard let color else { return "none" }
  var text = "#"
  for part in [color.red, color.green, color.blue] {
    let level = part.isFinite ? Int((min(max(part, 0), 1) * 255).rounded()) : 0
    text += (level < 16 ? "0" : "") + String(level, radix: 16)
  }
  return color.opacity == 1 ? text : "\(text)/\(number(color.opacity))"
}

/// In quotes, with what is not plainly visible as `\u{…}`.
private func quoted(_ text: String) -> String {
  var line = "\""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
      line += "\\u{\(String(scalar.value, radix: 16))}"
    default: line += scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
    }
  }
  return line + "\""
}

/// FNV-1a, 64 bits.
private func hash(_ bytes: [UInt8]) -> String {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return String(hash, radix: 16)
}
