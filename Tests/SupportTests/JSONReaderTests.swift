import Foundation
import Support
import Testing

private func json(_ text: String, _ options: JSONOptions = .strict) throws -> JSON {
  try JSON(Array(text.utf8), place: "x.json", options)
}

private func written(_ text: String, _ options: JSONOptions = .strict) throws -> String {
  String(decoding: try json(text, options).lineBytes.dropLast(), as: UTF8.self)
}

@Suite("JSON is read")
struct JSONReaderTests {
  @Test(
    "Values keep their digits, and objects are written in the order of their keys",
    arguments: [
      (#" { "b" : [ 1 , -0.50 , 1e3 ] , "a" : { } , "c" : [ ] } "#, #"{"a": {}, "b": [1, -0.50, 1e3], "c": []}"#),
      ("true", "true"), ("\u{FEFF}null\n", "null"),
      ("123456789012345678901234567890", "123456789012345678901234567890"),
      ("[0, -0, 1e999, 0.1000000000000000055]", "[0, -0, 1e999, 0.1000000000000000055]"),
      (#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#, #""\"\\/\u0008\u000c\n\u000d\té😀é""#),
      (#""\ud83d \ude00 \ud83dA""#, "\"\u{FFFD} \u{FFFD} \u{FFFD}A\""),
      (#"{"a": 1, "b": 2, "a": 3}"#, #"{"a": 3, "b": 2}"#),
    ])
  func values(text: String, as wanted: String) throws { #expect(try written(text) == wanted) }

  @Test("Members keep their order; keys that differ only by normalisation are two, however many there are")
  func keys() throws {
    let more = (0..<40).map { "\"k\($0)\": 0, " }.joined()
    for text in [
      #"{"é": 1, "e\u0301": 2, "z": 3, "a": 4, "z": 5}"#,
      "{\(more)\"é\": 1, \"e\\u0301\": 2, \"z\": 3, \"a\": 4, \"z\": 5}",
    ] {
      let object = try #require(try json(text).members)
      #expect(
        object.suffix(4).map { Array($0.key.unicodeScalars) }
          == ["é", "e\u{301}", "z", "a"].map { Array($0.unicodeScalars) })
      #expect(object["é"] == .integer(1) && object["e\u{301}"] == .integer(2) && object["z"] == .integer(5))
    }
  }

  @Test(
    "What is not JSON is refused with line and column",
    arguments: [
      ("", "x.json: line 1, column 1: is not valid JSON, expected a value, found the end"),
      ("{\n  \"é\": tru\n}", #"line 2, column 8: is not valid JSON, expected a value, found "tru""#),
      ("{\"a\": 1,}", #"line 1, column 9: is not valid JSON, expected a key, found "}""#),
      ("[1,]", #"column 4: is not valid JSON, expected a value, found "]""#),
      ("[1 2]", #"expected , or ], found "2]""#),
      ("{\"a\" 1}", "column 6: is not valid JSON, expected :"),
      ("{a: 1}", "column 2: is not valid JSON, expected a key"),
      ("['a']", "column 2: is not valid JSON, expected a value"),
      ("1 2", "column 3: is not valid JSON, expected the end"),
      ("[01]", "column 2: is not valid JSON, expected a value"), ("[1.]", "column 2"), ("[.5]", "column 2"),
      ("[+1]", "column 2"), ("[0x10]", "column 3: is not valid JSON, expected , or ]"), ("[1e]", "column 2"),
      ("[NaN]", "column 2: is not valid JSON, expected a value"), ("[-Infinity]", "column 2"), ("// a\n1", "column 1"),
      ("[\n\n\"ab", "line 3, column 1: is not valid JSON, expected the end of a string that begins here"),
      ("\"a\nb\"", "column 3: is not valid JSON, expected no control character in a string"),
      (#""\x41""#, "column 3: is not valid JSON, expected an escape"), (#""\u12g4""#, "four hexadecimal digits"),
    ])
  func refused(text: String, says: String) {
    let error = #expect(throws: InputError.self) { try json(text) }
    #expect(error?.description.contains(says) == true, "\(String(describing: error))")
    #expect(error?.category == .unreadable)
  }

  @Test(
    "Bytes that are not UTF-8 are refused where they stand, in strings, keys and outside",
    arguments: [
      ([0x5B, 0x22, 0x61, 0xFF, 0x62, 0x22, 0x5D], 4, "0xff"), ([0x7B, 0x22, 0xC3, 0x22, 0x3A, 0x31, 0x7D], 3, "0xc3"),
      ([0x22, 0xED, 0xA0, 0x80, 0x22], 2, "0xed"), ([0x5B, 0xFE, 0x5D], 2, "0xfe"),
      ([0x22, 0x5C, 0x6E, 0xC3, 0xA9, 0xE2, 0x82, 0x22], 5, "0xe2"),
    ] as [([UInt8], Int, String)])
  func invalidUTF8(bytes: [UInt8], column: Int, byte: String) {
    let error = #expect(throws: InputError.self) { try JSON(bytes, place: "x.json") }
    #expect(error?.place == "x.json: line 1, column \(column)")
    #expect(error?.found == "byte \(byte)")
  }

  @Test("Nesting has a limit, below which nothing is refused")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try json(nested(512))
    let error = #expect(throws: InputError.self) { try json(nested(513)) }
    #expect(
      error?.description
        == "x.json: line 1, column 513: is not valid JSON, expected at most 512 nested values, found \"[]]]]]]]]]]]\"")
    #expect(throws: InputError.self) { try json(String(repeating: "{\"a\":[", count: 1_000_000)) }
  }

  @Test("Options: Python's numbers, keys that occur twice, halves of surrogate pairs, bytes in place of lines")
  func options() throws {
    #expect(try written("[NaN, Infinity, -Infinity]", .python) == "[NaN, Infinity, -Infinity]")
    #expect(throws: InputError.self) { try json("[-NaN]", .python) }
    #expect(throws: InputError.self) { try json("[nan]", .python) }
    var error = #expect(throws: InputError.self) {
      try json("{\"a\": 1,\n \"b\": 2, \"a\": 3}", JSONOptions(duplicates: .refused))
    }
    #expect(error?.description == "x.json: line 2, column 10: has a key twice, found \"a\"")
    error = #expect(throws: InputError.self) {
      try json(#"["\ud800"]"#, JSONOptions(replacesSurrogates: false, position: .byte(8)))
    }
    #expect(error?.description == "x.json: byte 10: has half of a surrogate pair")
    error = #expect(throws: InputError.self) { try json("{,}", JSONOptions(position: .line(12))) }
    #expect(error?.place == "x.json: line 12, column 2")
  }

  @Test("No change of a text's bytes makes the reader do anything but read or refuse", arguments: 0..<4)
  func fuzz(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let text = Array(#"{"a": [1.5e-3, true, null, "é\u00e9\n"], b: 'x', /* c */ "d": {"e": -0x1F, "f": .5},}"#.utf8)
    let spices = Array("0123456789-.+eExX\"'\\{}[]:,nu/* \u{0}\u{ff}\n".utf8) + [0xFF, 0xC3, 0xE2]
    for _ in 0..<2000 {
      var bytes = text
      for _ in 0...random.index(below: 4) {
        let place = random.index(below: bytes.count)
        switch random.index(below: 3) {
        case 0: bytes[place] = spices[random.index(below: spices.count)]
        case 1: bytes.insert(spices[random.index(below: spices.count)], at: place)
        default: bytes.removeSubrange(place...)
        }
        if bytes.isEmpty { bytes = text }
      }
      for options in [JSONOptions.strict, .python, .json5] {
        do {
          let value = try JSON(bytes, place: "x", options)
          #expect(try JSON(value.bytes, place: "x", .python) == JSON(value.lineBytes, place: "x", .python))
        } catch {
          #expect(error is InputError)
        }
      }
    }
  }
}

@Suite("JSON5 is read")
struct JSON5Tests {
  @Test(
    "What JSON5 has besides is spelled as JSON does",
    arguments: [
      ("{ // a\n a: 1, /* b */ 'b': [2,], $c_1: \"x\", \\u0064é: 3, }", #"{"$c_1": "x", "a": 1, "b": [2], "dé": 3}"#),
      ("[+1, .5, -.5, 5., 5.e2, 0xff, -0XFF, 1e+2]", "[1, 0.5, -0.5, 5, 5e2, 255, -255, 1e+2]"),
      ("0xffffffffffffffffffff", "1208925819614629174706175"),
      ("[Infinity, -Infinity, +Infinity, NaN, -NaN]", "[Infinity, -Infinity, Infinity, NaN, NaN]"),
      (#"['a"b', "a'b", '\'', '\v\0\x41\q\u{}', 'a\"# + "\nb', 'a\t']", #"["a\"b", "a'b", "'", "#),
      ("\u{A0}\u{FEFF}\u{2028}[/**/1/* * / **/]//end", "[1]"),
      ("{true: 1, null: 2, Infinity: 3}", #"{"Infinity": 3, "null": 2, "true": 1}"#),
    ])
  func values(text: String, as wanted: String) throws {
    guard wanted.hasSuffix(", ") else {
      #expect(try written(text, .json5) == wanted)
      return
    }
    let error = #expect(throws: InputError.self) { try json(text, .json5) }
    #expect(error?.description.contains("four hexadecimal digits") == true)
    let value = try json(text.replacing("\\u{}", with: ""), .json5)
    #expect(value.elements?.map(\.string) == ["a\"b", "a'b", "'", "\u{B}\0Aq", "ab", "a\t"])
  }

  @Test(
    "An error names line and column",
    arguments: [
      (
        "{\n  name: 'a'\n  model: 'b'\n}",
        #"job.json5: line 3, column 3: is not valid JSON5, expected , or }, found "model: 'b'""#
      ),
      ("{ a: 1, a: 2 }", "line 1, column 9: has a key twice, found \"a\""), ("{ a: 01 }", "line 1, column 6"),
      ("{ /* a }", "column 3: is not valid JSON5, expected the end of a comment that begins here"),
      ("{ a: 'b\n' }", "column 8: is not valid JSON5, expected no control character in a string"),
      ("{ 1a: 2 }", "column 3: is not valid JSON5, expected a key"),
      ("[,]", "column 2: is not valid JSON5, expected a value"),
      ("{ a: 0x }", "column 6: is not valid JSON5, expected a value"), ("[ . ]", "column 3"), ("/*/", "column 1"),
      ("{a: / 1}", "column 5: is not valid JSON5, expected a value or a comment"), (#"'\1'"#, "column 3"),
      ("", "found the end"),
    ])
  func refused(text: String, says: String) {
    let error = #expect(throws: InputError.self) { try JSON(Array(text.utf8), place: "job.json5", .json5) }
    #expect(error?.description.contains(says) == true, "\(String(describing: error))")
    #expect(error?.category == .usage)
  }
}
