/// The opcodes of pickle that checkpoints are made of; every other one is refused.
enum PickleOpcode: UInt8 {
  case integer32 = 0x4A
  case integer8 = 0x4B
  case integer16 = 0x4D
  case long = 0x8A
  case none = 0x4E
  case newTrue = 0x88
  case newFalse = 0x89
  case shortText = 0x8C
  case text = 0x58
  case float = 0x47
  case emptyList = 0x5D
  case append = 0x61
  case appends = 0x65
  case emptyTuple = 0x29
  case tuple = 0x74
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case emptyDictionary = 0x7D
  case setItem = 0x73
  case setItems = 0x75
  case mark = 0x28
  case get = 0x68
  case longGet = 0x6A
  case put = 0x71
  case longPut = 0x72
  case memoize = 0x94
  case global = 0x63
  case stackGlobal = 0x93
  case reduce = 0x52
  case build = 0x62
  case protocolVersion = 0x80
  case stop = 0x2E
  case frame = 0x95
  case persistentID = 0x51
}

extension PickleOpcode {
  /// What Python's `pickletools` calls an opcode that is refused.
  static func name(ofRefused code: UInt8) -> String {
    refused.first { $0.code == code }?.name ?? "0x" + String(code, radix: 16)
  }

  private static let refused: [(code: UInt8, name: String)] = [
    (0x49, "INT"), (0x4C, "LONG"), (0x8B, "LONG4"), (0x53, "STRING"), (0x54, "BINSTRING"), (0x55, "SHORT_BINSTRING"),
    (0x42, "BINBYTES"), (0x43, "SHORT_BINBYTES"), (0x8E, "BINBYTES8"), (0x96, "BYTEARRAY8"), (0x97, "NEXT_BUFFER"),
    (0x98, "READONLY_BUFFER"), (0x56, "UNICODE"), (0x8D, "BINUNICODE8"), (0x46, "FLOAT"), (0x6C, "LIST"),
    (0x64, "DICT"), (0x8F, "EMPTY_SET"), (0x90, "ADDITEMS"), (0x91, "FROZENSET"), (0x30, "POP"), (0x32, "DUP"),
    (0x31, "POP_MARK"), (0x67, "GET"), (0x70, "PUT"), (0x82, "EXT1"), (0x83, "EXT2"), (0x84, "EXT4"), (0x69, "INST"),
    (0x6F, "OBJ"), (0x81, "NEWOBJ"), (0x92, "NEWOBJ_EX"), (0x50, "PERSID"),
  ]
}
