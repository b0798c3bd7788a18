import Foundation
import Plotting
import Reports
import Support
import Testing

@Suite("Files of themes")
struct ThemeFileTests {
  private func read(_ json: String) throws -> Theme {
    let file = FileManager.default.temporaryDirectory.appending(path: "theme-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(json.utf8).write(to: file)
    return try Theme(file: file)
  }

  @Test("A theme is read from its file")
  func good() throws {
    #expect(try read(#"{"base": "paper", "tickSize": 6.5}"#).tickSize == 6.5)
  }

  @Test("A misspelt key is refused with the nearest one, a wrong value with what was expected")
  func bad() {
    let key = #expect(throws: InputError.self) { try read(#"{"tickSice": 7}"#) }
    #expect(key?.description.hasSuffix(": \"tickSice\": is not a key of a theme, the nearest is \"tickSize\"") == true)
    let value = #expect(throws: InputError.self) { try read(#"{"tickSize": "7"}"#) }
    #expect(value?.description.hasSuffix("expected a number 3…72, found \"7\"") == true)
    let missing = #expect(throws: InputError.self) { try Theme(file: URL(filePath: "/nowhere/theme.json")) }
    #expect(missing?.description == "/nowhere/theme.json: does not exist")
  }
}
