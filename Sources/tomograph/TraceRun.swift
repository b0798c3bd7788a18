import Foundation
import Tensors

/// Runs the model on the tensors of `input` and writes what it computed to `output`.
func runTrace(model: URL, input: URL, output: URL, gradients: Bool, sites: [String]) throws {
  throw InputError(at: model.relativePath, "cannot be traced by this version")
}
