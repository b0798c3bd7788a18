/// The form that an analysis gives an array, or a column of texts: its name, how long each axis is, and what stands in it.
///
/// A `*` in the name stands for whatever is there: `sample.*.pattern`. Forms are looked at in their order.
package struct Form: Sendable {
  package enum Axis: Sendable {
    /// Of any length; the name says what lies along it.
    case free(String)
    /// What stands in each place.
    case columns([String])
    /// As long as everything else that has this axis; `layers`, `heads`, `points` and `cells` (layers × heads) are the
    /// model's.
    case the(String, plus: Int = 0)
    /// The same among the names in which the `*` stands for the same.
    case each(String, plus: Int = 0)
  }

  package enum Content: Sendable {
    /// Any number, NaN and infinities among them; any text.
    case anything
    /// Finite numbers.
    case finite
    /// From 0 to 1, with what rounding adds; NaN where nothing was measured.
    case shares
    /// Finite numbers, none smaller than the one before.
    case rising
    /// Whole numbers from 0 on, in some columns of the last axis or in all.
    case whole(columns: [Int]? = nil)
    /// Pattern classes; empty for a head without numbers.
    case classes
    case components
    /// Words, each said in one of these ways; empty where none is known.
    case one(of: [String])
  }

  /// What the `*` of a name can stand for.
  package enum Member: Sendable {
    /// The id of a document, the name of a tensor, the id of a metric.
    case name
    /// A number from 0 on.
    case number
    /// The number of a residual point of the model.
    case point
  }

  let name: String
  let axes: [Axis]
  let content: Content
  let member: Member

  init(_ name: String, _ axes: [Axis], _ content: Content, _ member: Member) {
    self.name = name
    self.axes = axes
    self.content = content
    self.member = member
  }

  /// What the `*` stands for; empty for a name without one, nil for another name.
  func match(_ text: String) -> String? {
    let parts = name.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return text == name ? "" : nil }
    guard text.utf8.count > name.utf8.count - 1, text.hasPrefix(parts[0]), text.hasSuffix(parts[1]) else { return nil }
    let match = String(text.dropFirst(parts[0].count).dropLast(parts[1].count))
    if case .name = member { return match }
    return Component(id: "R" + match) == nil ? nil : match
  }

  /// The name with something for its `*`.
  func name(of member: String) -> String {
    let parts = name.split(separator: "*", omittingEmptySubsequences: false)
    return parts.joined(separator: member)
  }

  /// The largest number that counts and steps can be: 2⁵³.
  static let largest = 1 << 53
}
