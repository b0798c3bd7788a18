package import Foundation

extension JSONText {
  /// What stands in a file; nil where it is not there or no JSON.
  package init?(contentsOf url: URL) {
    guard let data = try? Data(contentsOf: url), let value = try? JSONDecoder().decode(JSONText.self, from: data) else {
      return nil
    }
    self = value
  }

  /// The members of an object; nil for anything else.
  package var members: [String: JSONText]? { if case .object(let members) = self { members } else { nil } }
}
