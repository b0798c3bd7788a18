import Tensors

/// What a pickle may name of Python: nothing that does more than hold numbers.
enum PickleGlobal: String, CaseIterable {
  case orderedDictionary = "collections.OrderedDict"
  case size = "torch.Size"
  case rebuildTensor = "torch._utils._rebuild_tensor_v2"
  case rebuildParameter = "torch._utils._rebuild_parameter"
  case floatStorage = "torch.FloatStorage"
  case halfStorage = "torch.HalfStorage"
  case bfloat16Storage = "torch.BFloat16Storage"
  case doubleStorage = "torch.DoubleStorage"
  case longStorage = "torch.LongStorage"
  case intStorage = "torch.IntStorage"
  case shortStorage = "torch.ShortStorage"
  case charStorage = "torch.CharStorage"
  case byteStorage = "torch.ByteStorage"
  case boolStorage = "torch.BoolStorage"

  /// Nil where this is no storage.
  var elements: SafetensorsType? {
    switch self {
    case .orderedDictionary, .size, .rebuildTensor, .rebuildParameter: nil
    case .floatStorage: .f32
    case .halfStorage: .f16
    case .bfloat16Storage: .bf16
    case .doubleStorage: .f64
    case .longStorage: .i64
    case .intStorage: .i32
    case .shortStorage: .i16
    case .charStorage: .i8
    case .byteStorage: .u8
    case .boolStorage: .bool
    }
  }
}

/// A value of a pickle. Containers, storages and tensors are indices into the lists of the `Unpickler`: however deep
/// they nest, nothing recurses.
enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case global(PickleGlobal)
  case tuple(Int)
  case list(Int)
  /// Keys and values in turn.
  case dictionary(Int)
  case storage(Int)
  case tensor(Int)

  var kind: String {
    switch self {
    case .none: "None"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .number: "a float"
    case .text: "a text"
    case .global(let global): global.rawValue
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// Numbers in a checkpoint that tensors are views of.
struct PyTorchStorage: Hashable {
  let key: String
  let elements: SafetensorsType
  let count: Int
}

/// A view of a storage: element `[i, j, …]` is number `offset + i · strides[0] + j · strides[1] + …`.
struct PyTorchTensor {
  /// Its number in the list of storages.
  let storage: Int
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// Whether its elements lie one after the other in row-major order.
  var isDense: Bool {
    var step = 1
    for (size, stride) in zip(shape, strides).reversed() {
      if size != 1 && stride != step { return false }
      step *= size
    }
    return true
  }

  /// How many numbers of the storage it spans from its offset on.
  var span: Int { shape.contains(0) ? 0 : zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 } }

  /// - Returns: nil where a size or stride is negative, one of them is too many, or elements lie beyond the storage or
  ///   are more than it has: memory could not be bounded by the file's size otherwise.
  init?(storage: Int, of count: Int, offset: Int, shape: [Int], strides: [Int]) {
    guard shape.count == strides.count, shape.count <= 64, offset >= 0, offset <= count else { return nil }
    var elements = 1
    var last = offset
    let isEmpty = shape.contains(0)
    for (size, stride) in zip(shape, strides) {
      guard size >= 0, stride >= 0 else { return nil }
      // The product of the axes other than zero has to fit too.
      let (product, overflows) = elements.multipliedReportingOverflow(by: max(1, size))
      guard !overflows else { return nil }
      elements = product
      guard !isEmpty else { continue }
      let (step, overflowsToo) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflowsAlso) = last.addingReportingOverflow(step)
      guard !overflowsToo, !overflowsAlso else { return nil }
      last = sum
    }
    guard isEmpty || (last < count && elements <= count) else { return nil }
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }
}
