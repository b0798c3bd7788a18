import Drawing

@testable import CairoRenderer

/// A page as pixels: premultiplied, alpha in the highest byte, then red, green, blue.
struct Raster {
  var pixels: [UInt32]
  var width: Int
  var height: Int
}

extension Renderer {
  func pixels(of list: DisplayList, dpi: Double) throws -> Raster {
    try withTools { tools throws(RenderError) in
      let (pixels, width, height) = try raster(list, dpi: dpi, tools)
      return Raster(
        pixels: Array(UnsafeBufferPointer(start: pixels, count: width * height)), width: width, height: height)
    }
  }
}
