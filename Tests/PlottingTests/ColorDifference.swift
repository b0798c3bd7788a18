import Drawing
import Foundation

/// A colour in CIELAB under the white of D65.
struct Lab {
  var l: Double
  var a: Double
  var b: Double

  init(_ l: Double, _ a: Double, _ b: Double) {
    self.l = l
    self.a = a
    self.b = b
  }

  /// Of linear sRGB.
  init(linear rgb: [Double]) {
    let matrix = [
      [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
    ]
    let white = [0.95047, 1.0, 1.08883]
    let f = zip(matrix, white).map { row, white -> Double in
      let value = zip(row, rgb).map { $0 * min(max($1, 0), 1) }.reduce(0, +) / white
      return value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116
    }
    self.init(116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))
  }

  /// CIEDE2000 with all weights 1 (Sharma, Wu & Dalal 2005).
  func difference(from other: Lab) -> Double {
    func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
    func hue(_ a: Double, _ b: Double) -> Double {
      if a == 0, b == 0 { return 0 }
      let angle = atan2(b, a) * 180 / .pi
      return angle < 0 ? angle + 360 : angle
    }
    let meanC = (hypot(a, b) + hypot(other.a, other.b)) / 2
    let g = 0.5 * (1 - (pow(meanC, 7) / (pow(meanC, 7) + pow(25, 7))).squareRoot())
    let (a1, a2) = (a * (1 + g), other.a * (1 + g))
    let (c1, c2) = (hypot(a1, b), hypot(a2, other.b))
    let (h1, h2) = (hue(a1, b), hue(a2, other.b))
    let isGrey = c1 * c2 == 0
    var turn = h2 - h1
    if isGrey { turn = 0 } else if turn > 180 { turn -= 360 } else if turn < -180 { turn += 360 }
    let (dL, dC) = (other.l - l, c2 - c1)
    let dH = 2 * (c1 * c2).squareRoot() * sin(radians(turn / 2))
    let (meanL, mean) = ((l + other.l) / 2, (c1 + c2) / 2)
    var meanH = h1 + h2
    if !isGrey {
      if abs(h1 - h2) <= 180 {
        meanH /= 2
      } else {
        meanH = meanH < 360 ? (meanH + 360) / 2 : (meanH - 360) / 2
      }
    }
    let t =
      1 - 0.17 * cos(radians(meanH - 30)) + 0.24 * cos(radians(2 * meanH)) + 0.32 * cos(radians(3 * meanH + 6))
      - 0.20 * cos(radians(4 * meanH - 63))
    let spread = (meanL - 50) * (meanL - 50)
    let sL = 1 + 0.015 * spread / (20 + spread).squareRoot()
    let (sC, sH) = (1 + 0.045 * mean, 1 + 0.015 * mean * t)
    let rC = 2 * (pow(mean, 7) / (pow(mean, 7) + pow(25, 7))).squareRoot()
    let rT = -sin(radians(60 * exp(-pow((meanH - 275) / 25, 2)))) * rC
    let (x, y, z) = (dL / sL, dC / sC, dH / sH)
    return (x * x + y * y + z * z + rT * y * z).squareRoot()
  }
}

/// How a colour is seen or printed.
enum Vision: CaseIterable {
  case usual, protanopia, deuteranopia, tritanopia, grey

  /// On linear sRGB: Machado, Oliveira & Fernandes 2009, severity 1; grey is the luminance.
  private var matrix: [[Double]] {
    switch self {
    case .usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .protanopia:
      [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    case .deuteranopia:
      [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    case .tritanopia:
      [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    case .grey: Array(repeating: [0.2126, 0.7152, 0.0722], count: 3)
    }
  }

  func lab(_ color: Color) -> Lab {
    let linear = [color.red, color.green, color.blue].map { part in
      part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return Lab(linear: matrix.map { row in zip(row, linear).map(*).reduce(0, +) })
  }
}
