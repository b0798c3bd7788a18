import Foundation
import Reports
import Support
import TestSupport
import Testing

/// A case of the specification's files.
private struct Case {
  var name: String
  var data: TemplateValue
  var template: String
  var partials: JSONObject
  var expected: String

  init(_ field: JSONField) throws {
    name = try field.required("name").string()
    data = try value(field.required("data").value)
    template = try field.required("template").string()
    partials = try field["partials"]?.members() ?? [:]
    expected = try field.required("expected").string()
  }
}

private func value(_ json: JSON) -> TemplateValue {
  switch json {
  case .null: .null
  case .bool(let flag): .flag(flag)
  case .number(let number): .text(number.canonical.text)
  case .string(let text): .text(text)
  case .array(let list): .list(list.map(value))
  case .object(let members): .object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, value($0.value)) }))
  }
}

private func cases(_ module: String) throws -> [Case] {
  try JSONField(contentsOf: Fixtures.url("mustache/\(module).json")).required("tests").array().map(Case.init)
}

@Suite struct MustacheTests {
  @Test(
    "Every case of the specification's core modules",
    arguments: [
      ("comments", 12), ("delimiters", 14), ("interpolation", 40), ("inverted", 22), ("partials", 12), ("sections", 34),
    ])
  func specification(module: String, count: Int) throws {
    let cases = try cases(module)
    #expect(cases.count >= count)
    for one in cases {
      let template = try MustacheTemplate(one.template, name: one.name)
      let rendered = try template.render(one.data) { partial in
        try one.partials[partial.name]?.string.map {
          try MustacheTemplate($0, name: partial.name, indentation: partial.indentation)
        }
      }
      #expect(rendered == one.expected, "\(module): \(one.name)")
      #expect(Array(rendered.utf8) == Array(one.expected.utf8), "\(module): \(one.name)")
    }
  }

  @Test(
    "A template that is not sound is one line that says where",
    arguments: [
      ("a\n{{#x}}", "line 2: a section is not closed"), ("{{/x}}", "closes a section that is not open"),
      ("{{#x}}{{/y}}", "closes a section that is not open"), ("\n\n{{x", "line 3: a tag is not closed"),
      ("{{=x=}}", "needs two delimiters"),
    ])
  func unsound(text: String, says: String) throws {
    let error = try #require(throws: InputError.self) { try MustacheTemplate(text, name: "t") }
    #expect(error.description.contains(says))
  }

  @Test("A partial that includes itself without end is an error")
  func endless() throws {
    let template = try MustacheTemplate("{{>x}}", name: "t")
    #expect(throws: InputError.self) { try template.render([:]) { _ in template } }
  }

  @Test("A file of the user's folder takes the place of the one that comes along")
  func overlay() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (path, text) in [
      ("assets/templates/a", "[{{>b}}]"), ("assets/templates/b", "shipped"), ("mine/b", "mine {{x}}"),
    ] {
      let url = folder.appending(path: path + ".mustache")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    let assets = folder.appending(path: "assets")
    #expect(try Templates(assets: assets).render("a", [:]) == "[shipped]")
    #expect(
      try Templates(assets: assets, overlay: folder.appending(path: "mine")).render("a", ["x": "<"]) == "[mine &lt;]")
    #expect(throws: InputError.self) { try Templates(assets: assets).render("c", [:]) }
    let read = try Templates(assets: assets)
    try Data("{{#x}}".utf8).write(to: assets.appending(path: "templates/b.mustache"))
    #expect(try read.render("a", [:]) == "[shipped]", "each is read once")
    #expect(throws: InputError.self) { try Templates(assets: assets) }
  }
}
