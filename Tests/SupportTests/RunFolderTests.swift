import Foundation
import TestSupport
import Testing

@testable import Support

private struct Refusal: Error {}

private func listing(_ folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
}

private func text(_ url: URL) -> String? { try? String(contentsOf: url, encoding: .utf8) }

@Suite struct RunFolderTests {
  @Test(
    "A whole folder takes the place of the old one, and nothing is left beside it",
    arguments: [Replacement.exchange, .link])
  func replaces(replacement: Replacement) throws {
    try withFolder { folder in
      let run = folder.appending(path: "a/b/run")
      for round in ["one", "two", "three"] {
        try RunFolder.write(at: run, replacement: replacement) { staging in
          #expect(staging.deletingLastPathComponent().path == run.deletingLastPathComponent().path)
          try OutputFile.write(Array(round.utf8), to: staging.appending(path: "\(round).txt"))
        }
        #expect(text(run.appending(path: "\(round).txt")) == round)
        #expect(try listing(run) == ["\(round).txt"])
        #expect(try listing(folder.appending(path: "a/b")).count == (replacement == .link ? 2 : 1))
      }
    }
  }

  @Test("A folder of files gives way to a link and a link to a folder's name")
  func mixed() throws {
    try withFolder { folder in
      let run = folder.appending(path: "run")
      for (round, replacement) in [Replacement.exchange, .link, .exchange, .link].enumerated() {
        try RunFolder.write(at: run, replacement: replacement) {
          try OutputFile.write([], to: $0.appending(path: "\(round)"))
        }
        #expect(try listing(run) == ["\(round)"])
      }
    }
  }

  @Test("Whether a folder can be made is found out beforehand, and nothing is left of it")
  func check() throws {
    try withFolder { folder in
      try RunFolder.check(folder.appending(path: "a/b/run"))
      #expect(try listing(folder).isEmpty)
      let run = folder.appending(path: "run")
      try RunFolder.write(at: run) { try OutputFile.write([], to: $0.appending(path: "old")) }
      try RunFolder.check(run)
      #expect(try listing(folder) == ["run"] && listing(run) == ["old"])
      let file = folder.appending(path: "file")
      try OutputFile.write(Array("mine".utf8), to: file)
      for place in [file, file.appending(path: "run"), file.appending(path: "a/run"), URL(filePath: "/proc/x/run")] {
        #expect(throws: InputError.self, "\(place)") { try RunFolder.check(place) }
      }
      #expect(text(file) == "mine")
    }
  }

  @Test("Whether a file can be written is found out beforehand, and what is there stays")
  func checkFile() throws {
    try withFolder { folder in
      let (file, link) = (folder.appending(path: "file"), folder.appending(path: "link"))
      try OutputFile.check(file)
      #expect(try listing(folder).isEmpty)
      try OutputFile.write(Array("mine".utf8), to: file)
      try OutputFile.check(file)
      #expect(text(file) == "mine")
      try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "nowhere")
      try OutputFile.check(link)
      #expect(try listing(folder) == ["file", "link"])
      for place in [folder, folder.appending(path: "none/file"), file.appending(path: "x")] {
        #expect(throws: InputError.self, "\(place)") { try OutputFile.check(place) }
      }
    }
  }

  @Test("A failure leaves the old folder as it was and nothing beside it")
  func failure() throws {
    try withFolder { folder in
      let run = folder.appending(path: "run")
      try RunFolder.write(at: run) { try OutputFile.write([65], to: $0.appending(path: "old.txt")) }
      #expect(throws: Refusal.self) {
        try RunFolder.write(at: run) {
          try OutputFile.write([65], to: $0.appending(path: "new.txt"))
          throw Refusal()
        }
      }
      #expect(try listing(run) == ["old.txt"])
      #expect(try listing(folder) == ["run"])
      #expect(throws: Refusal.self) {
        try RunFolder.write(at: folder.appending(path: "x/y/z")) { _ in throw Refusal() }
      }
      #expect(try listing(folder) == ["run"])
    }
  }

  @Test("What a killed run left is removed by the next one, what a living one writes is not")
  func stale() throws {
    try withFolder { folder in
      let run = folder.appending(path: "run")
      let dead = folder.appending(path: ".run.unfinished-dead00")
      try FileManager.default.createDirectory(at: dead, withIntermediateDirectories: false)
      try OutputFile.write([1], to: dead.appending(path: "half"))
      try RunFolder.write(at: run) { outer in
        #expect(!FileManager.default.fileExists(atPath: dead.path))
        try RunFolder.write(at: run) { try OutputFile.write([1], to: $0.appending(path: "inner")) }
        try OutputFile.write([1], to: outer.appending(path: "outer"))
      }
      #expect(try listing(run) == ["outer"])
      #expect(try listing(folder) == ["run"])
    }
  }

  @Test("A link that someone made is followed")
  func followsLinks() throws {
    try withFolder { folder in
      let real = folder.appending(path: "real")
      try FileManager.default.createDirectory(at: real, withIntermediateDirectories: false)
      let link = folder.appending(path: "link")
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: real)
      try RunFolder.write(at: link) { try OutputFile.write([1], to: $0.appending(path: "x")) }
      #expect(try listing(real) == ["x"])
      #expect(try listing(folder) == ["link", "real"])
    }
  }

  @Test("A file in the place of the folder, or above it, is an error")
  func blocked() throws {
    try withFolder { folder in
      let file = folder.appending(path: "file")
      try OutputFile.write([1], to: file)
      #expect(throws: InputError.self) { try RunFolder.write(at: file) { _ in } }
      #expect(throws: InputError.self) { try RunFolder.write(at: file.appending(path: "run")) { _ in } }
      #expect(try listing(folder) == ["file"])
    }
  }
}
