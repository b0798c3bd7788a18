import Diagnosis
package import Foundation
package import Plotting
import Tensors

extension Theme {
  /// The theme of a user's file (its keys: `Theme.keys`).
  ///
  /// - Throws: `InputError` where the file cannot be read or says what no theme has.
  package init(file: URL) throws {
    let path = file.path(percentEncoded: false)
    guard let data = try? Data(contentsOf: file) else { throw InputError(.usage, at: path, "cannot be read") }
    do {
      try self.init(json: data)
    } catch {
      let place = error.key.map { "\(path): \"\($0)\"" } ?? path
      let names = Theme.keys.map(\.name)
      let hint = error.isUnknownKey ? error.key.map { suggestion(for: $0, among: names) } ?? "" : ""
      throw InputError(.usage, at: place, error.problem + hint, expected: error.expected, found: error.found)
    }
  }
}
