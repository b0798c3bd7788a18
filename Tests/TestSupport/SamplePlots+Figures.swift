import Drawing
import Foundation
import Plotting

extension SamplePlots {
  /// Figures of the field that need no more than the marks.
  static let figures: [Sample] = []
}
