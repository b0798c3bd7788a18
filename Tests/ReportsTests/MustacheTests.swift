import Foundation
import Reports
import Support
import TestSupport
import Testing

/// A case of the specification's files.
private struct Case: Decodable {
  var name: String
  var data: JSON
  var template: String
  var partials: [String: String]?
  var expected: String
}

private struct JSON: Decodable {
  var value: TemplateValue

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      value = .null
    } else if let flag = try? container.decode(Bool.self) {
      value = .flag(flag)
    } else if let number = try? container.decode(Int.self) {
      value = .text(String(number))
    } else if let number = try? container.decode(Double.self) {
      value = .text(String(number))
    } else if let text = try? container.decode(String.self) {
      value = .text(text)
    } else if let list = try? container.decode([JSON].self) {
      value = .list(list.map(\.value))
    } else {
      value = .object(try container.decode([String: JSON].self).mapValues(\.value))
    }
  }
}

private func cases(_ module: String) throws -> [Case] {
  struct Module: Decodable { var tests: [Case] }
  return try JSONDecoder().decode(Module.self, from: Data(contentsOf: Fixtures.url("mustache/\(module).json"))).tests
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
      let rendered = try template.render(one.data.value) { one.partials?[$0] }
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
    #expect(throws: InputError.self) { try template.render([:]) { _ in "{{>x}}" } }
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
  }
}
