import Support

/// Reads the pickles that `torch.save` writes: plain containers, storages and tensors.
///
/// It runs nothing: an opcode outside `PickleOpcode` and a name outside `PickleGlobal` are refused by name. Memory is
/// bounded by the pickle's length. The protocol is that of Python's `pickletools`.
struct Unpickler {
  /// More than a checkpoint of fifty thousand tensors has.
  private static let mostOpcodes = 2_000_000
  private static let longestText = 65_536

  private(set) var reader: ByteReader
  /// The content of tuples, lists and dictionaries.
  private(set) var containers: [[PickleValue]] = []
  private(set) var storages: [PyTorchStorage] = []
  private(set) var tensors: [PyTorchTensor] = []
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var storageNumbers: [String: Int] = [:]

  init(_ reader: ByteReader) { self.reader = reader }

  /// The next pickle, with a memo of its own; the lists go on.
  ///
  /// - Throws: `InputError` with the byte where it is damaged, or asks for anything that is not allowed.
  mutating func value() throws -> PickleValue {
    (stack, marks, memo) = ([], [], [:])
    for _ in 0..<Self.mostOpcodes {
      let before = reader
      let code = try reader.number(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw before.error(
          phrase("unpickler.pickleRefusedHas"),
          found: PickleOpcode.name(ofRefused: code))
      }
      if opcode == .stop {
        guard stack.count == 1, marks.isEmpty else { throw reader.error(phrase("unpickler.pickleEndsStack")) }
        return stack[0]
      }
      try perform(opcode)
    }
    throw reader.error(
      phrase("unpickler.pickleTooLong"),
      expected: phrase("unpickler.mostMostopcodesOpcodes", ["mostOpcodes": Self.mostOpcodes]))
  }

  private mutating func perform(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .stop: break
    case .protocolVersion:
      let version = try reader.number(UInt8.self)
      guard version <= 5 else { throw reader.error(phrase("unpickler.pickleHasUnknown"), found: "\(version)") }
    case .frame: _ = try reader.number(UInt64.self)
    case .mark: marks.append(stack.count)
    case .none: stack.append(.none)
    case .newTrue: stack.append(.boolean(true))
    case .newFalse: stack.append(.boolean(false))
    case .integer8: stack.append(.integer(Int(try reader.number(UInt8.self))))
    case .integer16: stack.append(.integer(Int(try reader.number(UInt16.self))))
    case .integer32: stack.append(.integer(Int(try reader.number(Int32.self))))
    case .long: stack.append(.integer(try long()))
    case .float: stack.append(.number(Double(bitPattern: try reader.number(UInt64.self).byteSwapped)))
    case .text: stack.append(.text(try reader.text(try reader.number(UInt32.self), limit: Self.longestText)))
    case .shortText: stack.append(.text(try reader.text(try reader.number(UInt8.self), limit: 255)))
    case .emptyTuple: stack.append(.tuple(add([])))
    case .tuple1: stack.append(.tuple(add(try pop(1))))
    case .tuple2: stack.append(.tuple(add(try pop(2))))
    case .tuple3: stack.append(.tuple(add(try pop(3))))
    case .tuple: stack.append(.tuple(add(try popToMark())))
    case .emptyList: stack.append(.list(add([])))
    case .append: try append(try pop(1))
    case .appends: try append(try popToMark())
    case .emptyDictionary: stack.append(.dictionary(add([])))
    case .setItem: try setItems(try pop(2))
    case .setItems: try setItems(try popToMark())
    case .put: memo[Int(try reader.number(UInt8.self))] = try top()
    case .longPut: memo[Int(try reader.number(UInt32.self))] = try top()
    case .memoize: memo[memo.count] = try top()
    case .get: try recall(Int(try reader.number(UInt8.self)))
    case .longGet: try recall(Int(try reader.number(UInt32.self)))
    case .global:
      let module = try reader.line(limit: 256)
      stack.append(.global(try global(module, try reader.line(limit: 256))))
    case .stackGlobal:
      let names = try pop(2)
      guard case .text(let module) = names[0], case .text(let name) = names[1] else {
        throw reader.error(phrase("unpickler.pickleNamesGlobal"))
      }
      stack.append(.global(try global(module, name)))
    case .reduce:
      let call = try pop(2)
      stack.append(try result(of: call[0], items(of: call[1], "arguments")))
    case .build: try build(try pop(1)[0])
    case .persistentID:
      let identifier = try pop(1)
      stack.append(.storage(try storage(items(of: identifier[0], "a storage"))))
    }
  }

  private mutating func add(_ content: [PickleValue]) -> Int {
    containers.append(content)
    return containers.count - 1
  }
}

extension Unpickler {
  /// Values above the last mark cannot be fewer than taken.
  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw reader.error(phrase("unpickler.pickleTakesMore")) }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw reader.error(phrase("unpickler.pickleTakesUp")) }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func top() throws -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw reader.error(phrase("unpickler.pickleTakesMore"))
    }
    return value
  }

  private mutating func recall(_ index: Int) throws {
    guard let value = memo[index] else {
      throw reader.error(phrase("unpickler.pickleRecallsWhat"), found: "\(index)")
    }
    stack.append(value)
  }

  /// A number of so many bytes, in two's complement.
  private mutating func long() throws -> Int {
    let bytes = try reader.take(try reader.number(UInt8.self))
    guard bytes.count <= 8 else {
      throw reader.error(phrase("unpickler.integerTooLarge"), expected: phrase("unpickler.most64Bits"))
    }
    var value = bytes.last.map { $0 > 127 ? -1 : 0 } ?? 0
    for byte in bytes.reversed() { value = value << 8 | Int(byte) }
    return value
  }

  private mutating func append(_ values: [PickleValue]) throws {
    guard case .list(let index) = try top() else { throw reader.error(phrase("unpickler.pickleAppendsWhat")) }
    containers[index] += values
  }

  private mutating func setItems(_ values: [PickleValue]) throws {
    guard case .dictionary(let index) = try top(), values.count % 2 == 0 else {
      throw reader.error(phrase("unpickler.pickleSetsItems"))
    }
    containers[index] += values
  }

  /// An ordered dictionary's attributes, which hold no weights.
  private mutating func build(_ state: PickleValue) throws {
    guard case .dictionary = try top(), case .dictionary = state else {
      throw reader.error(phrase("unpickler.pickleRefusedSets"), found: state.kind)
    }
  }

  private func global(_ module: String, _ name: String) throws -> PickleGlobal {
    guard let global = PickleGlobal(module, name) else {
      throw reader.error(
        phrase("unpickler.pickleRefusedNames"), found: "\(module).\(name)".quotedForMessage)
    }
    return global
  }

  /// The elements of a tuple or list.
  func items(of value: PickleValue, _ what: String) throws -> [PickleValue] {
    switch value {
    case .tuple(let index), .list(let index): return containers[index]
    default: throw reader.error(phrase("unpickler.pickleHasNo", ["what": what]), found: value.kind)
    }
  }

  /// What calling one of the known functions gives.
  private mutating func result(of function: PickleValue, _ arguments: [PickleValue]) throws -> PickleValue {
    guard case .global(let global) = function else {
      throw reader.error(phrase("unpickler.pickleRefusedCalls"), found: function.kind)
    }
    switch (global, arguments.count) {
    case (.orderedDictionary, 0): return .dictionary(add([]))
    case (.size, 1):
      let size = try items(of: arguments[0], "a size")
      guard size.count <= 64 else { break }
      return .tuple(add(size))
    case (.rebuildParameter, 3), (.rebuildParameterWithState, 4):
      guard case .tensor = arguments[0] else { break }
      return arguments[0]
    case (.rebuildTensor, 6...7): return .tensor(try tensor(arguments))
    case (.rebuildTypedTensor, 7...8): return .tensor(try unreadableTensor(arguments, typed: arguments[6]))
    case (.rebuildQuantizedTensor, 7): return .tensor(try unreadableTensor(arguments, typed: nil))
    default: break
    }
    throw reader.error(phrase("unpickler.pickleCallsGlobal", ["global": "\(global)"]))
  }

  /// `("storage", type, key, device, count)`, in older files with a sixth that is None.
  private mutating func storage(_ items: [PickleValue]) throws -> Int {
    guard items.count == 5 || items.count == 6, case .text("storage") = items[0],
      case .global(.storage(let elements)) = items[1], case .text(let key) = items[2],
      case .integer(let count) = items[4], count >= 0
    else { throw reader.error(phrase("unpickler.pickleRefersSomething")) }
    if items.count == 6 {
      guard case .none = items[5] else { throw reader.error(phrase("unpickler.storageViewAnother")) }
    }
    let storage = PyTorchStorage(key: key, elements: elements, count: count)
    if let number = storageNumbers[key] {
      guard storages[number] == storage else {
        throw reader.error(phrase("unpickler.storageQuotedformessageHas", ["quotedForMessage": key.quotedForMessage]))
      }
      return number
    }
    storageNumbers[key] = storages.count
    storages.append(storage)
    return storages.count - 1
  }

  private func integers(_ value: PickleValue) throws -> [Int] {
    try items(of: value, "a size").map {
      guard case .integer(let integer) = $0 else {
        throw reader.error(phrase("unpickler.sizeNoInteger"), found: $0.kind)
      }
      return integer
    }
  }

  /// Where what `conj` and `neg` say of a tensor is true; nothing else is known to stand there.
  private func marks(_ value: PickleValue) throws -> Set<String> {
    if case .none = value { return [] }
    guard case .dictionary(let index) = value else {
      throw reader.error(phrase("unpickler.tensorMarkedWhat"), found: value.kind)
    }
    let content = containers[index]
    var marks: Set<String> = []
    for item in stride(from: 0, to: content.count, by: 2) {
      guard case .text(let name) = content[item], ["conj", "neg"].contains(name),
        case .boolean(let isSet) = content[item + 1]
      else { throw reader.error(phrase("unpickler.tensorMarkedWay"), expected: phrase("unpickler.conjOrNeg")) }
      if isSet { marks.insert(name) }
    }
    return marks
  }

  /// `_rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype, metadata)` and
  /// `_rebuild_qtensor(storage, offset, size, stride, scheme, requires_grad, hooks)`.
  private mutating func unreadableTensor(_ arguments: [PickleValue], typed: PickleValue?) throws -> Int {
    guard case .storage(let storage) = arguments[0] else {
      throw reader.error(phrase("unpickler.tensorRebuiltFrom"), found: arguments[0].kind)
    }
    var type = storages[storage].elements
    if let typed {
      guard case .global(.type(let own)) = typed else {
        throw reader.error(phrase("unpickler.tensorWhatNo"), found: typed.kind)
      }
      type = own
    }
    guard let tensor = PyTorchTensor(storage: storage, shape: try integers(arguments[2]), unreadable: type) else {
      throw reader.error(phrase("unpickler.tensorHasImpossible"))
    }
    tensors.append(tensor)
    return tensors.count - 1
  }

  /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, metadata)`.
  private mutating func tensor(_ arguments: [PickleValue]) throws -> Int {
    guard case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1] else {
      throw reader.error(phrase("unpickler.tensorRebuiltFrom"), found: arguments[0].kind)
    }
    guard storages[storage].elements.type != nil else { return try unreadableTensor(arguments, typed: nil) }
    let (shape, strides) = (try integers(arguments[2]), try integers(arguments[3]))
    let available = storages[storage].count
    guard var tensor = PyTorchTensor(storage: storage, of: available, offset: offset, shape: shape, strides: strides)
    else {
      throw reader.error(
        phrase("unpickler.tensorDoesNot"), expected: phrase("unpickler.viewAvailableNumbers", ["available": available]),
        found: phrase(
          "unpickler.prefixStridesPrefix2",
          ["shape": "\(shape.prefix(8))", "strides": "\(strides.prefix(8))", "offset": offset])
      )
    }
    tensor.isNegative = arguments.count > 6 ? try marks(arguments[6]).contains("neg") : false
    tensors.append(tensor)
    return tensors.count - 1
  }
}
