import Diagnosis
package import Foundation
import Results
import Support

extension Study {
  /// What of a study's folder says that it is one; numbers and findings of its trainings lie beside it in `variants`.
  package static let fileName = "study.json"
  package static let variantsName = "variants"

  /// Writes `study.json`, and the numbers and findings of every training.
  ///
  /// - Throws: `InputError` where they cannot be written.
  package func write(to folder: URL) throws {
    try OutputFile.write(try JSON(encoding: Record(self)).bytes, to: folder.appending(path: Self.fileName))
    for run in variants.flatMap(\.runs) {
      guard let results = run.results, let assessment = run.assessment else { continue }
      let place = folder.appending(path: "\(Self.variantsName)/\(run.folder)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try results.write(to: place)
      try OutputFile.write(try assessment.json(), to: place.appending(path: "findings.json"))
    }
  }

  /// Whether a folder is a study's.
  package static func isThere(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: fileName).path(percentEncoded: false))
  }

  /// Reads a study's folder.
  ///
  /// - Throws: `InputError` where a file is missing or damaged.
  package static func read(from folder: URL) throws -> Study {
    let url = folder.appending(path: fileName), place = url.path(percentEncoded: false)
    let record = try JSONField(contentsOf: url, .strict).decoded(Record.self)
    return try record.study(in: folder, place: place)
  }
}

/// What `study.json` holds.
private struct Record: Codable {
  struct VariantSetting: Codable {
    var key, value: String
  }

  struct Run: Codable {
    var seed: Int
    var folder: String
    var fault: String?
    var tokensPerSecond: Double?
  }

  struct Variant: Codable {
    var name: String
    var settings: [VariantSetting]
    var runs: [Run]
  }

  struct Group: Codable {
    var name, about: String
    var members: [Int]
  }

  var schema = 1
  var name, about: String
  var common: [VariantSetting]
  var variants: [Variant]
  var groups: [Group]

  init(_ study: Study) {
    func settings(_ settings: [(key: String, value: String)]) -> [VariantSetting] {
      settings.map { VariantSetting(key: $0.key, value: $0.value) }
    }
    (name, about, common) = (study.name, study.about, settings(study.common))
    variants = study.variants.map { variant in
      Variant(
        name: variant.name, settings: settings(variant.settings),
        runs: variant.runs.map {
          Run(seed: $0.seed, folder: $0.folder, fault: $0.fault, tokensPerSecond: $0.tokensPerSecond)
        })
    }
    groups = study.groups.map { Group(name: $0.name, about: $0.about, members: $0.members) }
  }

  func study(in folder: URL, place: String) throws -> Study {
    guard schema == 1 else {
      throw InputError(at: place, phrase("error.isOfAnotherVersion"), expected: "schema 1", found: "\(schema)")
    }
    guard !variants.isEmpty, variants.allSatisfy({ !$0.runs.isEmpty }) else {
      throw InputError(at: place, phrase("error.hasVariantWithout"))
    }
    for group in groups where !group.members.allSatisfy(variants.indices.contains) {
      throw InputError(
        at: phrase("error.placeGroupGroup", ["place": place, "group": group.name.debugDescription]),
        phrase("error.hasMemberNo"),
        expected: phrase("expected.0ToVariants", ["variants": variants.count - 1]), found: "\(group.members)")
    }
    func settings(_ settings: [VariantSetting]) -> [(key: String, value: String)] {
      settings.map { ($0.key, $0.value) }
    }
    return Study(
      name: name, about: about, common: settings(common),
      variants: try variants.map { variant in
        Study.Variant(
          name: variant.name, settings: settings(variant.settings),
          runs: try variant.runs.map { try run($0, in: folder, place: place) })
      }, groups: groups.map { Study.Group(name: $0.name, about: $0.about, members: $0.members) })
  }

  private func run(_ run: Run, in folder: URL, place: String) throws -> Study.Run {
    guard !run.folder.isEmpty, !run.folder.contains("/"), run.folder != ".", run.folder != ".." else {
      throw InputError(at: place, phrase("error.hasTrainingWhose"), found: run.folder.debugDescription)
    }
    var read = Study.Run(
      seed: run.seed, folder: run.folder, fault: run.fault, tokensPerSecond: run.tokensPerSecond)
    if run.fault == nil {
      let own = folder.appending(path: "\(Study.variantsName)/\(run.folder)")
      read.results = try RunResults.read(from: own)
      read.assessment = try Assessment.read(from: own)
    }
    return read
  }
}
