/// Where a result has an array, or a column of texts, of a declared form: `result[ProjectionMetrics.tokens.tsne]`.
///
/// Keys are static members beside the metrics of their analysis, which lists their forms: one definition serves writing,
/// reading, checking and the JSON Schema.
package struct ResultKey<Value: Sendable>: Sendable {
  /// As in `arrays.safetensors` behind the analysis's id, and in `results.json`.
  package let name: String
  let form: Form

  package init(_ name: String, _ axes: [Form.Axis], _ content: Form.Content = .anything) {
    self.init(name, Form(name, axes, content, .name))
  }

  fileprivate init(_ name: String, _ form: Form) {
    self.name = name
    self.form = form
  }
}

/// Keys of one form, each with something else for the `*` of its name: `result[AttentionMetrics.pattern["doc-3"]]`.
package struct ResultKeys<Value: Sendable>: Sendable {
  let form: Form

  package init(
    _ name: String, _ axes: [Form.Axis], _ content: Form.Content = .anything, of member: Form.Member = .name
  ) {
    form = Form(name, axes, content, member)
  }

  package subscript(member: some CustomStringConvertible) -> ResultKey<Value> {
    ResultKey(form.name(of: "\(member)"), form)
  }
}

package typealias ArrayKey = ResultKey<NumericArray>
package typealias ArrayKeys = ResultKeys<NumericArray>
package typealias TextKey = ResultKey<[String]>
package typealias TextKeys = ResultKeys<[String]>

extension AnalysisResult {
  package subscript(key: ArrayKey, stack: Component.Stack = .only) -> NumericArray? {
    get { arrays[stack.key(key.name)] }
    set { arrays[stack.key(key.name)] = newValue }
  }

  package subscript(key: TextKey, stack: Component.Stack = .only) -> [String]? {
    get { texts[stack.key(key.name)] }
    set { texts[stack.key(key.name)] = newValue }
  }

  /// What the `*` stands for in the names of arrays, in order.
  package func members(of keys: ArrayKeys, stack: Component.Stack = .only) -> [String] {
    let prefix = stack.key("")
    return arrays.keys.compactMap { name in
      name.hasPrefix(prefix) ? keys.form.match(String(name.dropFirst(prefix.count))) : nil
    }.sorted()
  }
}
