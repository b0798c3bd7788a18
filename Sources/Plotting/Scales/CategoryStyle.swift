import Drawing
import Foundation

/// What tells a category apart where its colour does not, as on grey paper: the dash of its lines, the shape of its
/// dots, the hatching of its areas.
package struct CategoryStyle: Hashable, Sendable {
  /// 0 is plain: a solid line, a disc, no hatching.
  package let pattern: Int

  private static let dashes: [[Double]] = [[], [4, 2], [1.4, 1.6], [6, 1.8, 1.4, 1.8], [9, 2.5], [1, 3]]
  private static let shapes: [DotShape] = [.disc, .triangle, .cross, .square, .diamond, .ring]
  /// The last is that of what belongs to no category; its areas are plain, in a grey of their own.
  static let other = dashes.count - 1

  /// Lengths of marks and gaps, in points; empty for a solid line.
  package var dash: [Double] { Self.dashes[pattern] }
  package var shape: DotShape { Self.shapes[pattern] }
}

extension Theme {
  /// Greys that differ by less than this (CIEDE2000) are not told apart by colour.
  package static let leastGreyDifference = 10.0

  /// The style of a paint. A category has the first pattern that no category before it has whose grey is as good as its
  /// own; all other paints but `other` are plain.
  package func style(of paint: Paint) -> CategoryStyle {
    switch paint {
    case .other: return CategoryStyle(pattern: CategoryStyle.other)
    case .category(let index): return CategoryStyle(pattern: patterns(index + 1)[index])
    case .ink, .muted, .grid, .accent, .color: return CategoryStyle(pattern: 0)
    }
  }

  /// The dash of a line: its own where it has one, else that of its paint.
  func dash(of paint: Paint, own: [Double] = []) -> [Double] { own.isEmpty ? style(of: paint).dash : own }

  /// Of dots and lines that belong to no category: darker than their areas.
  var otherInk: Color { otherCategory.mixed(with: ink, 0.3) }

  func lineColor(of paint: Paint) -> Color { paint == .other ? otherInk : paint.color(in: self) }

  /// A page in dark mode is not printed: its figures have the patterns of their light twins.
  private func patterns(_ count: Int) -> [Int] {
    let isTwin = isDark && categories == Palette.okabeIto(dark: true)
    let greys = (isTwin ? Palette.okabeIto(dark: false) : categories).map(lightness)
    var patterns: [Int] = []
    for index in 0..<count {
      let grey = greys[index % greys.count]
      let free = (0..<CategoryStyle.other).first { pattern in
        !patterns.indices.contains { earlier in
          patterns[earlier] == pattern
            && greyDifference(greys[earlier % greys.count], grey) < Self.leastGreyDifference
        }
      }
      // More alike than there are patterns come around.
      patterns.append(free ?? index % CategoryStyle.other)
    }
    return patterns
  }
}

/// L* of CIELAB: 0 … 100.
private func lightness(_ color: Color) -> Double {
  func linear(_ part: Double) -> Double { part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4) }
  let y = 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
  return y > 216.0 / 24389 ? 116 * cbrt(y) - 16 : y * 24389 / 27
}

/// CIEDE2000 of two colours on grey paper.
func greyDifference(_ a: Color, _ b: Color) -> Double { greyDifference(lightness(a), lightness(b)) }

/// CIEDE2000 of two greys by their lightness.
private func greyDifference(_ a: Double, _ b: Double) -> Double {
  let spread = ((a + b) / 2 - 50) * ((a + b) / 2 - 50)
  return abs(a - b) / (1 + 0.015 * spread / (20 + spread).squareRoot())
}

/// Fine lines over an area: upright, level, both, or dots.
enum Hatch {
  static let step = 3.5

  /// - Parameter outline: of a closed polygon.
  static func items(_ pattern: Int, in outline: [Point], on fill: Color, theme: Theme) -> [DrawingItem] {
    guard pattern > 0, pattern < CategoryStyle.other, outline.count > 2 else { return [] }
    let stroke = Stroke(
      theme.readableInk(on: fill).with(opacity: 0.4), width: max(0.4, theme.axisWidth),
      dash: pattern == 4 ? [0.8, step - 0.8] : [])
    var path: [PathElement] = []
    if pattern != 2 {
      path += lines(across: outline.map { Point($0.y, $0.x) }).flatMap {
        [.move(Point($0.y, $0.x)), .line(Point($1.y, $1.x))]
      }
    }
    if pattern == 2 || pattern == 3 { path += lines(across: outline).flatMap { [.move($0), .line($1)] } }
    return path.isEmpty ? [] : [.path(path, fill: nil, stroke: stroke)]
  }

  static func items(_ pattern: Int, in rect: Rect, on fill: Color, theme: Theme) -> [DrawingItem] {
    items(
      pattern,
      in: [
        Point(rect.minX, rect.minY), Point(rect.maxX, rect.minY), Point(rect.maxX, rect.maxY),
        Point(rect.minX, rect.maxY),
      ], on: fill, theme: theme)
  }

  /// Level lines a step apart, each from where it enters the polygon to where it leaves.
  private static func lines(across outline: [Point]) -> [(Point, Point)] {
    let low = outline.map(\.y).min() ?? 0
    let high = outline.map(\.y).max() ?? 0
    // All areas of a page have their lines at the same heights; one narrower than a step has one in its middle.
    var heights = Array(stride(from: ((low + 0.8) / step).rounded(.up) * step, to: high - 0.4, by: step))
    if heights.isEmpty, high > low { heights = [(low + high) / 2] }
    return heights.flatMap { y -> [(Point, Point)] in
      var crossings: [Double] = []
      for (index, a) in outline.enumerated() {
        let b = outline[(index + 1) % outline.count]
        guard (a.y <= y) != (b.y <= y) else { continue }
        crossings.append(a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y))
      }
      crossings.sort()
      return stride(from: 0, to: crossings.count - 1, by: 2).map {
        (Point(crossings[$0], y), Point(crossings[$0 + 1], y))
      }
    }
  }
}
