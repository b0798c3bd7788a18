import Support

internal import CPangoCairo
internal import Drawing
internal import Foundation
internal import Synchronization

/// One static font file of `fonts/`.
struct Typeface: Sendable {
  var file: String
  var index: Int
  var family: String
  var isBold: Bool
  var isItalic: Bool
}

/// The fonts of one folder, through a fontconfig configuration that knows nothing else.
///
/// Fontconfig's patterns are only read. The faces are FreeType's own, opened once by each thread: those that Cairo opens by
/// pattern it closes again when there are more than ten, without waiting for other threads; and a font that several
/// threads create, use and destroy at once makes Cairo 1.16 fail now and then (`! scaled_font->cache_frozen`). Cairo may
/// keep faces after `deinit`; therefore they are never closed.
final class Typefaces: @unchecked Sendable {
  /// The family set for each of a figure's three, in the folder that is shipped.
  static let families: [Font.Family: String] = [
    .sans: "Inter", .serif: "Noto Serif", .mono: "JetBrains Mono",
  ]
  /// Where characters are sought that the family lacks, before all other files in the order of their names.
  static let fallbacks = [
    "Noto Sans Arabic", "Noto Sans CJK SC", "DejaVu Sans",
  ]

  let config: OpaquePointer
  let faces: [Typeface]
  private let library: FT_Library
  /// Those of the thread that began.
  private let cairoFaces: [OpaquePointer]
  private let home = currentThread()
  /// Those of other threads, as bits of pointers.
  private let others = Mutex<[ThreadsFace: UInt]>([:])
  private let coverage: [OpaquePointer]
  private let byFile: [String: Int]
  private let chains: [[Int]]
  private let metrics: [(ascent: Double, descent: Double)]

  /// Throws `RenderError.fonts` where the folder holds no usable font or lacks a family.
  init(folder: URL) throws {
    let path = folder.path(percentEncoded: false)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw RenderError.fonts(path: path, problem: phrase("typefaces.notFolderFonts"))
    }
    guard let config = FcConfigCreate() else {
      throw RenderError.fonts(path: path, problem: phrase("typefaces.fontconfigDidNot"))
    }
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    where name.hasSuffix(".ttf") || name.hasSuffix(".otf") {
      let file = folder.appending(path: name).path(percentEncoded: false)
      guard FcConfigAppFontAddFile(config, file) != 0 else {
        throw RenderError.fonts(path: file, problem: phrase("typefaces.isNotAFont"))
      }
    }
    // Pango initialises fontconfig's current configuration: it must not go and read the machine's.
    FcConfigSetCurrent(config)

    var opened: FT_Library?
    guard FT_Init_FreeType(&opened) == 0, let library = opened else {
      throw RenderError.fonts(path: path, problem: phrase("typefaces.freeTypeDidNotStart"))
    }
    var faces: [Typeface] = []
    var cairoFaces: [OpaquePointer] = []
    var coverage: [OpaquePointer] = []
    if let set = FcConfigGetFonts(config, FcSetApplication) {
      for place in 0..<Int(set.pointee.nfont) {
        guard let pattern = set.pointee.fonts[place], let face = Typeface(pattern),
          let characters = charset(of: pattern)
        else { continue }
        guard let opened = face.open(library) else {
          throw RenderError.fonts(path: face.file, problem: phrase("typefaces.isNotAFont"))
        }
        faces.append(face)
        coverage.append(characters)
        cairoFaces.append(opened)
      }
    }
    self.config = config
    self.library = library
    self.faces = faces
    self.cairoFaces = cairoFaces
    self.coverage = coverage
    byFile = Dictionary(
      faces.enumerated().map { ("\($1.file):\($1.index)", $0) }, uniquingKeysWith: { first, _ in first })

    var chains: [[Int]] = []
    var metrics: [(ascent: Double, descent: Double)] = []
    for family in Font.Family.all {
      let name = Self.families[family] ?? ""
      guard let regular = faces.firstIndex(where: { $0.family == name && !$0.isBold && !$0.isItalic }) else {
        throw RenderError.fonts(path: path, problem: phrase("typefaces.lacksFontName", ["name": name]))
      }
      metrics.append(designedMetrics(of: cairoFaces[regular]))
      for style in 0..<4 {
        chains.append(Self.chain(faces, family: name, isBold: style & 1 != 0, isItalic: style & 2 != 0))
      }
    }
    self.chains = chains
    self.metrics = metrics
  }

  deinit {
    for face in cairoFaces { cairo_font_face_destroy(face) }
    for face in others.withLock({ $0.values.map(\.self) }) { cairo_font_face_destroy(OpaquePointer(bitPattern: face)) }
    FcConfigDestroy(config)
  }

  /// Faces in the order in which a character is sought.
  func chain(for font: Font) -> [Int] { chains[font.styleIndex] }

  /// Ascent and descent of a line, in em.
  func lineMetrics(for family: Font.Family) -> (ascent: Double, descent: Double) { metrics[family.index] }

  func covers(_ face: Int, _ scalar: Unicode.Scalar) -> Bool { FcCharSetHasChar(coverage[face], scalar.value) != 0 }

  /// A face for the calling thread alone.
  func cairoFace(_ face: Int) -> OpaquePointer {
    let thread = currentThread()
    guard thread != home else { return cairoFaces[face] }
    let key = ThreadsFace(thread: thread, face: face)
    let bits = others.withLock { others -> UInt? in
      if let known = others[key] { return known }
      // FreeType opens one file at a time.
      let opened = faces[face].open(library).map { UInt(bitPattern: $0) }
      others[key] = opened
      return opened
    }
    return bits.flatMap { OpaquePointer(bitPattern: $0) } ?? cairoFaces[face]
  }

  /// The face in the file that a resolved fontconfig pattern names.
  func face(of pattern: OpaquePointer) -> Int? {
    guard let (file, index) = fileAndIndex(of: pattern) else { return nil }
    return byFile["\(file):\(index)"]
  }

  private static func chain(_ faces: [Typeface], family: String, isBold: Bool, isItalic: Bool) -> [Int] {
    var chain: [Int] = []
    let others = faces.map(\.family).filter { $0 != family && !fallbacks.contains($0) }
    for name in [family] + fallbacks + others {
      let candidates = faces.indices.filter { faces[$0].family == name && !chain.contains($0) }
      // The nearest style first; sorted(by:) is not stable, so the index decides between equals.
      func distance(_ face: Int) -> Int {
        (faces[face].isBold == isBold ? 0 : 2) + (faces[face].isItalic == isItalic ? 0 : 1)
      }
      chain += candidates.sorted { (distance($0), $0) < (distance($1), $1) }
    }
    return chain
  }
}

private struct ThreadsFace: Hashable {
  var thread: UInt
  var face: Int
}

/// One that ended may have left its number, and its faces, to another.
private func currentThread() -> UInt { UInt(pthread_self()) }

extension Font.Family {
  static let all: [Font.Family] = [.sans, .serif, .mono]
  var index: Int {
    switch self {
    case .sans: 0
    case .serif: 1
    case .mono: 2
    }
  }
}

extension Font {
  /// Which of the twelve faces of three families.
  var styleIndex: Int { family.index * 4 + (weight == .bold ? 1 : 0) + (italic ? 2 : 0) }
}

extension Typeface {
  /// The file as Cairo's face; nil where it is no font.
  fileprivate func open(_ library: FT_Library) -> OpaquePointer? {
    var opened: FT_Face?
    guard FT_New_Face(library, file, FT_Long(index), &opened) == 0, let opened else { return nil }
    return cairo_ft_font_face_create_for_ft_face(opened, unhinted)
  }

  /// Nil for fonts that a PDF could embed only as Type 3: bitmaps, colour, variable.
  fileprivate init?(_ pattern: OpaquePointer) {
    guard let (file, index) = fileAndIndex(of: pattern) else { return nil }
    var text: UnsafeMutablePointer<FcChar8>?
    guard FcPatternGetString(pattern, FC_FAMILY, 0, &text) == FcResultMatch, let text else { return nil }
    let family = String(cString: text)
    for (key, refused) in [(FC_OUTLINE, FcBool(0)), (FC_COLOR, 1), (FC_VARIABLE, 1)] {
      var value: FcBool = 0
      if FcPatternGetBool(pattern, key, 0, &value) == FcResultMatch, value == refused { return nil }
    }
    var weight: Int32 = 0
    var slant: Int32 = 0
    FcPatternGetInteger(pattern, FC_WEIGHT, 0, &weight)
    FcPatternGetInteger(pattern, FC_SLANT, 0, &slant)
    self.init(
      file: file, index: index, family: family, isBold: weight >= FC_WEIGHT_DEMIBOLD, isItalic: slant != FC_SLANT_ROMAN)
  }
}

private func fileAndIndex(of pattern: OpaquePointer) -> (String, Int)? {
  var text: UnsafeMutablePointer<FcChar8>?
  guard FcPatternGetString(pattern, FC_FILE, 0, &text) == FcResultMatch, let text else { return nil }
  var index: Int32 = 0
  FcPatternGetInteger(pattern, FC_INDEX, 0, &index)
  return (String(cString: text), Int(index))
}

private func charset(of pattern: OpaquePointer) -> OpaquePointer? {
  var characters: OpaquePointer?
  return FcPatternGetCharSet(pattern, FC_CHARSET, 0, &characters) == FcResultMatch ? characters : nil
}

/// FT_LOAD_NO_HINTING, FT_LOAD_NO_BITMAP and FT_LOAD_NO_AUTOHINT: outlines as they were drawn.
private let unhinted: Int32 = 1 << 1 | 1 << 3 | 1 << 15

private func designedMetrics(of face: OpaquePointer) -> (ascent: Double, descent: Double) {
  withScaledFont(face, size: 1000) { font in
    var extents = cairo_font_extents_t()
    cairo_scaled_font_extents(font, &extents)
    return (extents.ascent / 1000, extents.descent / 1000)
  }
}

/// A face at a size, upright, unhinted.
func withScaledFont<Result>(_ face: OpaquePointer, size: Double, _ body: (OpaquePointer) throws -> Result) rethrows
  -> Result
{
  var scale = cairo_matrix_t()
  var identity = cairo_matrix_t()
  cairo_matrix_init_scale(&scale, size, size)
  cairo_matrix_init_identity(&identity)
  let options = unhintedOptions()
  defer { cairo_font_options_destroy(options) }
  let font = cairo_scaled_font_create(face, &scale, &identity, options)!
  defer { cairo_scaled_font_destroy(font) }
  return try body(font)
}

/// Outlines as designed: no hinting, no rounding of advances, grey antialiasing.
func unhintedOptions() -> OpaquePointer {
  let options = cairo_font_options_create()!
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
  return options
}
