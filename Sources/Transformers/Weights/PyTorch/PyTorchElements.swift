import Tensors

/// The type of a storage's or a tensor's elements.
struct PyTorchElements: Hashable, Sendable {
  /// As an error calls it: "F32", "ComplexFloat", "float8_e4m3fn".
  let name: String
  /// Bytes of one element of a storage.
  let size: Int
  /// Nil for what no weights are made of; such tensors can be there but not be read.
  let type: SafetensorsType?

  private init(_ name: String, _ size: Int, _ type: SafetensorsType?) {
    self.name = name
    self.size = size
    self.type = type
  }

  private init(_ type: SafetensorsType) { self.init(type.rawValue, type.size, type) }

  /// Of `torch.FloatStorage` and its kin, without the module; nil where there is no such storage.
  init?(storage name: String) {
    guard let elements = Self.storages[name] else { return nil }
    self = elements
  }

  /// Of a `torch.dtype` that has no storage of its own; nil where there is none of that name.
  init?(dtype name: String) {
    guard Self.dtypes.contains(name) else { return nil }
    self.init(name, 1, nil)
  }

  private static let storages: [String: PyTorchElements] = {
    let types: KeyValuePairs<String, SafetensorsType> = [
      "Float": .f32, "Half": .f16, "BFloat16": .bf16, "Double": .f64, "Long": .i64, "Int": .i32, "Short": .i16,
      "Char": .i8, "Byte": .u8, "Bool": .bool,
    ]
    let others: KeyValuePairs<String, Int> = [
      "ComplexHalf": 4, "ComplexFloat": 8, "ComplexDouble": 16, "QInt8": 1, "QUInt8": 1, "QInt32": 4, "QUInt4x2": 1,
      "QUInt2x4": 1, "Untyped": 1,
    ]
    var storages: [String: PyTorchElements] = [:]
    for (name, type) in types { storages["\(name)Storage"] = PyTorchElements(type) }
    for (name, size) in others { storages["\(name)Storage"] = PyTorchElements(name, size, nil) }
    return storages
  }()

  private static let dtypes: Set<String> = [
    "float8_e5m2", "float8_e4m3fn", "float8_e5m2fnuz", "float8_e4m3fnuz", "float8_e8m0fnu", "float4_e2m1fn_x2", "bits8",
    "bits16", "bits1x8", "bits2x4", "bits4x2", "complex32", "uint16", "uint32", "uint64",
  ]
}
