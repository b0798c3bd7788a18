import CairoRenderer
import Foundation
import TestSupport

/// Draws every mark and every figure, on sample data, into a folder with a page to look at them.
///
/// usage: gallery FOLDER NAME… (all where none is named)
let arguments = Array(CommandLine.arguments.dropFirst())
guard let path = arguments.first else {
  FileHandle.standardError.write(Data("usage: gallery FOLDER NAME…\n".utf8))
  exit(2)
}
do {
  let gallery = try Gallery(
    folder: URL(filePath: path), renderer: Renderer(fonts: Fixtures.root.appending(path: "fonts")),
    only: Array(arguments.dropFirst()))
  try gallery.write()
  print("\(path)/index.html")
} catch {
  FileHandle.standardError.write(Data("gallery: \(error)\n".utf8))
  exit(1)
}
