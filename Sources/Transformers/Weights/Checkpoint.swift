package import Foundation
import Support
package import Tensors

/// One file of weights, whatever its format.
protocol WeightFile: Sendable {
  var url: URL { get }
  /// In the order of the file.
  var names: [String] { get }
  /// Nil where there is no tensor of that name.
  func shape(_ name: String) -> [Int]?
  /// Its elements as float32.
  ///
  /// - Throws: `InputError` where there is none of that name or its elements are no such numbers.
  func tensor(_ name: String) throws -> Tensor
  /// Lets go of the pages that a tensor was read from; they are read again if they are needed again.
  func giveBack(_ name: String)
  /// - Throws: `InputError` where the file was changed since it was opened.
  func check() throws
}

extension WeightFile {
  func giveBack(_ name: String) {}
}

extension SafetensorsFile: WeightFile {
  func shape(_ name: String) -> [Int]? { entry(name)?.shape }
}

/// The tensors of a model under Hugging Face's names, whichever files they lie in.
package struct Checkpoint: Sendable {
  package let location: URL
  /// In the order of the files.
  package let names: [String]
  private let files: [any WeightFile]
  private let home: [String: Int]
  private let blanks: BlankTensors?
  /// What is added to the weights as they are read.
  let adapter: Adapter?
  /// Whether a tensor that holds a NaN or an infinity is given out.
  var acceptsNonFinite = false

  /// Opens the weights of a model's directory, or of a single file.
  ///
  /// - Throws: `InputError` where there are none, or a file is damaged or missing.
  package init(_ location: URL) throws {
    try self.init(ModelFiles(location))
  }

  /// - Throws: `InputError` where a file is damaged or missing, or two have a tensor of the same name.
  package init(_ model: ModelFiles) throws {
    location = model.location
    files = try model.openWeights()
    var home: [String: Int] = [:]
    var names: [String] = []
    for (number, file) in files.enumerated() {
      for name in file.names {
        if home.updateValue(number, forKey: name) != nil {
          throw InputError(at: location.relativePath, phrase("error.tensorNameTwo", ["name": name]))
        }
        names.append(name)
      }
    }
    self.home = home
    adapter = try model.adapter.map { adapter in
      try Adapter(
        adapter, baseNames: names,
        isInputMajor: model.readConfiguration().text("model_type", default: "") == "gpt2")
    }
    self.names = names + (adapter?.added ?? [])
    blanks = nil
  }

  /// A checkpoint of which not every tensor lies in a file.
  init(_ checkpoint: Checkpoint?, at location: URL, blanks: BlankTensors) {
    self.location = location
    names = checkpoint?.names ?? []
    files = checkpoint?.files ?? []
    home = checkpoint?.home ?? [:]
    adapter = checkpoint?.adapter
    self.blanks = blanks
  }

  /// Whether tensors that no file has are made.
  var hasBlanks: Bool { blanks != nil }

  package func contains(_ name: String) -> Bool {
    if let blanks, blanks.isHeads(name) { return blanks.claimed.contains(name) }
    return home[name] != nil || adapter?.changes(name) ?? false
  }

  /// Whether a tensor is to be made because no file has it, or not in this shape.
  func isBlank(_ name: String, shape: [Int]) -> Bool {
    guard let blanks, files.isEmpty || blanks.isHeads(name) else { return false }
    return self.shape(name) != shape
  }

  package func shape(_ name: String) -> [Int]? {
    adapter?.shape(name) ?? home[name].flatMap { files[$0].shape(name) }
  }

  /// - Throws: `InputError` where a file was changed since it was opened.
  func checkFiles() throws {
    for file in files { try file.check() }
    try adapter?.check()
  }

  func giveBack(_ name: String) { home[name].map { files[$0].giveBack(name) } }

  /// A tensor that was read before under this name and shape: where it lies and of what type it is has not changed,
  /// whatever has become of its elements (`checkFiles` tells).
  func again(_ name: String, shape: [Int]) -> Tensor {
    if isBlank(name, shape: shape) { return Tensor(repeating: 0, shape: shape) }
    guard let tensor = try? elements(name, adapter) else {
      preconditionFailure("tensor \(name) could be read before")
    }
    return tensor
  }

  /// The tensor of a name, of exactly this shape, with what an adapter adds to it.
  ///
  /// - Throws: `InputError` where it is missing, of another shape, or not finite unless that is accepted.
  package func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    try tensor(name, shape: shape, adapter)
  }

  /// The same without an adapter.
  func original(_ name: String, shape: [Int]) throws -> Tensor { try tensor(name, shape: shape, nil) }

  private func tensor(_ name: String, shape: [Int], _ adapter: Adapter?) throws -> Tensor {
    if isBlank(name, shape: shape) { return try blank(name, shape: shape) }
    guard let found = self.shape(name) else {
      throw InputError(
        at: location.relativePath, phrase("error.tensorNameMissing", ["name": name]),
        expected: phrase("expected.shapeShape", ["shape": shape]))
    }
    let file = home[name].map { files[$0] }
    let place = "\((file?.url ?? location).relativePath): tensor \"\(name)\""
    guard found == shape else {
      throw InputError(at: place, phrase("error.hasWrongShape"), expected: "\(shape)", found: "\(found)")
    }
    let tensor = try elements(name, adapter)
    if !acceptsNonFinite, let fault = tensor.firstNonFinite {
      throw InputError(
        at: place, phrase("error.holdsWeightNan"), expected: phrase("expected.finiteValues"),
        found: phrase("found.faultIndexFault2", ["fault": tensor.pointer[fault], "fault2": fault]))
    }
    return tensor
  }

  private func elements(_ name: String, _ adapter: Adapter?) throws -> Tensor {
    func original() throws -> Tensor {
      guard let number = home[name] else {
        throw InputError(at: location.relativePath, phrase("error.tensorNameMissing", ["name": name]))
      }
      return try files[number].tensor(name)
    }
    return try adapter?.tensor(name, base: original) ?? original()
  }

  /// - Throws: `InputError` where the shape is larger than memory.
  private func blank(_ name: String, shape: [Int]) throws -> Tensor {
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) / MemoryLayout<Float>.size
    var count = 1
    for axis in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: axis)
      guard !overflows, product <= memory else {
        throw InputError(
          at: location.relativePath, phrase("error.tensorNameDoes", ["name": name]),
          expected: phrase("expected.mostMemoryNumbers", ["memory": memory]),
          found: phrase("found.shapeShape", ["shape": shape]))
      }
      count = product
    }
    return Tensor(repeating: 0, shape: shape)
  }
}
