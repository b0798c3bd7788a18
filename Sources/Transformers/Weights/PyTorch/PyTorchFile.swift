import Foundation
import Support
import Tensors

/// A PyTorch checkpoint (`torch.save`), mapped into memory: a zip archive of a pickle and its storages, or the format
/// before version 1.6, pickles followed by the storages.
///
/// Its tensors are those of a state dictionary, or of one under `state_dict`, `model_state_dict`, `model` or `module`.
final class PyTorchFile: WeightFile {
  let url: URL
  let names: [String]
  private let tensors: [String: PyTorchTensor]
  private let storages: [PyTorchStorage]
  /// The byte at which each storage begins.
  private let starts: [Int]
  private let mapping: MappedFile

  /// - Throws: `InputError` where the file is damaged, or asks for anything but numbers in containers.
  init(_ url: URL) throws {
    self.url = url
    mapping = try MappedFile(url)
    let place = url.relativePath
    let contents =
      if ZipArchive.isZip(mapping.bytes) {
        try Contents(try ZipArchive(mapping.bytes, place: place), mapping.bytes, place: place)
      } else if Contents.isLegacy(mapping.bytes) {
        try Contents(legacy: mapping.bytes, place: place)
      } else {
        throw InputError(at: place, phrase("error.noPytorchCheckpoint"), expected: phrase("expected.whatTorchSave"))
      }
    storages = contents.unpickler.storages
    starts = contents.starts
    (names, tensors) = try Self.stateDictionary(contents.root, contents.unpickler, place: place)
  }

  func shape(_ name: String) -> [Int]? { tensors[name]?.shape }

  func check() throws { try mapping.check() }

  func tensor(_ name: String) throws -> Tensor {
    guard let view = tensors[name] else {
      throw InputError(
        at: url.relativePath, phrase("error.hasNoTensorQuotedformessage", ["quotedForMessage": name.quotedForMessage]))
    }
    let elements = view.type ?? storages[view.storage].elements
    let start = starts[view.storage] + view.offset * elements.size
    let span = view.isDense ? view.shape : [view.span]
    guard let type = elements.type, let tensor = mapping.tensor(type, at: start, shape: span) else {
      throw InputError(
        at: "\(url.relativePath): tensor \(name.quotedForMessage)", phrase("error.hasElementsWrong"),
        expected: phrase("expected.f32F16Bf16"), found: elements.name)
    }
    let numbers = view.isDense ? tensor : Self.gathered(tensor, view)
    guard view.isNegative else { return numbers }
    let negated = Tensor(uninitialized: view.shape)
    for index in 0..<negated.count { negated.pointer[index] = -numbers.pointer[index] }
    return negated
  }

  /// The elements of a view in row-major order.
  private static func gathered(_ numbers: Tensor, _ view: PyTorchTensor) -> Tensor {
    let result = Tensor(uninitialized: view.shape)
    guard result.count > 0, let inner = view.shape.last, let stride = view.strides.last else { return result }
    let (source, target) = (numbers.pointer, result.pointer)
    var position = Array(repeating: 0, count: view.shape.count - 1)
    var start = 0
    for row in 0..<result.count / inner {
      for column in 0..<inner { target[row * inner + column] = source[start + column * stride] }
      for axis in position.indices.reversed() {
        position[axis] += 1
        start += view.strides[axis]
        if position[axis] < view.shape[axis] { break }
        start -= view.shape[axis] * view.strides[axis]
        position[axis] = 0
      }
    }
    return result
  }

  private static func stateDictionary(
    _ root: PickleValue, _ unpickler: Unpickler, place: String
  ) throws -> ([String], [String: PyTorchTensor]) {
    func tensors(_ value: PickleValue) throws -> ([String], [String: PyTorchTensor]) {
      guard case .dictionary(let index) = value else { return ([], [:]) }
      let content = unpickler.containers[index]
      var names: [String] = []
      var tensors: [String: PyTorchTensor] = [:]
      for item in stride(from: 0, to: content.count, by: 2) {
        guard case .text(let name) = content[item], case .tensor(let tensor) = content[item + 1] else { continue }
        guard tensors.updateValue(unpickler.tensors[tensor], forKey: name) == nil else {
          throw InputError(at: "\(place): tensor \(name.quotedForMessage)", phrase("error.occursTwice"))
        }
        names.append(name)
      }
      return (names, tensors)
    }
    var found = try tensors(root)
    if found.0.isEmpty, case .dictionary(let index) = root {
      let content = unpickler.containers[index]
      for key in ["state_dict", "model_state_dict", "model", "module"] where found.0.isEmpty {
        for item in stride(from: 0, to: content.count, by: 2) {
          if case .text(key) = content[item] { found = try tensors(content[item + 1]) }
        }
      }
    }
    guard !found.0.isEmpty else {
      throw InputError(at: place, phrase("error.holdsNoTensors"), expected: phrase("expected.dictionaryNamesTensors"))
    }
    return found
  }
}

/// What the two formats have in common: a value, and where its storages begin.
private struct Contents {
  let root: PickleValue
  let unpickler: Unpickler
  let starts: [Int]

  /// `NAME/data.pkl`, `NAME/byteorder` and `NAME/data/KEY` for each storage.
  init(_ archive: ZipArchive, _ bytes: UnsafeRawBufferPointer, place: String) throws {
    let pickles = archive.names.filter { $0.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let name = pickles.first else {
      throw InputError(
        at: place, phrase("error.noPytorchCheckpoint"), expected: phrase("expected.archiveOneData"),
        found: "\(pickles.count)")
    }
    let folder = name.dropLast("data.pkl".count)
    if archive.contains("\(folder)byteorder"),
      !bytes[try archive.range("\(folder)byteorder")].elementsEqual("little".utf8)
    {
      throw InputError(at: "\(place): \("\(folder)byteorder".quotedForMessage)", phrase("error.isNotLittle"))
    }
    let pickle = UnsafeRawBufferPointer(rebasing: bytes[try archive.range(name)])
    var unpickler = Unpickler(ByteReader(pickle, place: "\(place): \(name.quotedForMessage)"))
    root = try unpickler.value()
    starts = try unpickler.storages.map { storage in
      let member = "\(folder)data/\(storage.key)"
      let range = try archive.range(member)
      let (size, overflows) = storage.count.multipliedReportingOverflow(by: storage.elements.size)
      guard !overflows, range.count == size else {
        throw InputError(
          at: "\(place): \(member.quotedForMessage)", phrase("error.hasWrongSize"),
          expected: phrase("expected.storageElementsSize", ["storage": storage.count, "size": storage.elements.size]),
          found: phrase("found.rangeBytes", ["range": range.count]))
      }
      return range.lowerBound
    }
    self.unpickler = unpickler
  }

  /// A pickle of the number 0x1950a86a20f9469cfc6c.
  private static let magic: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  static func isLegacy(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 15 && bytes[0] == PickleOpcode.protocolVersion.rawValue && bytes[2..<15].elementsEqual(magic)
  }

  /// After the magic number the pickles of the version 1001, of a dictionary with `little_endian`, of the value, and of
  /// the storages' keys; then of each key's storage the count (8 bytes) and the numbers.
  init(legacy bytes: UnsafeRawBufferPointer, place: String) throws {
    var unpickler = Unpickler(ByteReader(bytes, at: 15, place: place))
    guard case .integer(1001) = try unpickler.value() else {
      throw unpickler.reader.error(phrase("pyTorchFile.hasUnknownVersion"), expected: "1001")
    }
    if case .dictionary(let index) = try unpickler.value() {
      let content = unpickler.containers[index]
      for item in stride(from: 0, to: content.count, by: 2) {
        if case .text("little_endian") = content[item], case .boolean(false) = content[item + 1] {
          throw unpickler.reader.error(phrase("pyTorchFile.numbersBigEndian"), expected: "little-endian")
        }
      }
    }
    root = try unpickler.value()
    let storages = unpickler.storages
    let list = try unpickler.value()
    let keys = try unpickler.items(of: list, phrase("pyTorchFile.theKeysOfStorages"))
    var numbers = Dictionary(uniqueKeysWithValues: storages.enumerated().map { ($1.key, $0) })
    var starts = Array(repeating: 0, count: storages.count)
    var reader = unpickler.reader
    for key in keys {
      guard case .text(let key) = key, let number = numbers.removeValue(forKey: key) else {
        throw reader.error(phrase("pyTorchFile.listsStorageTwice"))
      }
      let count = try reader.number(Int64.self)
      guard count == storages[number].count else {
        throw reader.error(
          phrase("pyTorchFile.storageQuotedformessageHas", ["quotedForMessage": key.quotedForMessage]),
          expected: "\(storages[number].count)",
          found: "\(count)")
      }
      starts[number] = reader.position
      let (size, overflows) = storages[number].count.multipliedReportingOverflow(by: storages[number].elements.size)
      _ = try reader.take(overflows ? Int.max : size)
    }
    guard numbers.isEmpty else {
      throw reader.error(
        phrase("pyTorchFile.lacksAStorage"), found: phrase("pyTorchFile.numbersMissing", ["numbers": numbers.count]))
    }
    self.starts = starts
    self.unpickler = unpickler
  }
}
