import Support
import Tensors

/// What a pickle may name of Python: nothing that does more than hold numbers.
enum PickleGlobal: Equatable {
  case orderedDictionary
  case size
  case rebuildTensor
  /// With the type apart from the storage, and quantised: both of types that no weights are made of.
  case rebuildTypedTensor, rebuildQuantizedTensor
  case rebuildParameter, rebuildParameterWithState
  case storage(PyTorchElements)
  case type(PyTorchElements)
  /// How a tensor is quantised.
  case scheme

  /// `collections.OrderedDict`; nil for what is not allowed.
  init?(_ module: String, _ name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch", "Size"): self = .size
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTypedTensor
    case ("torch._utils", "_rebuild_qtensor"): self = .rebuildQuantizedTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch._utils", "_rebuild_parameter_with_state"): self = .rebuildParameterWithState
    case ("torch", "per_tensor_affine"), ("torch", "per_channel_affine"), ("torch", "per_channel_affine_float_qparams"):
      self = .scheme
    case ("torch", _), ("torch.storage", "UntypedStorage"):
      if let elements = PyTorchElements(storage: name) {
        self = .storage(elements)
      } else if let elements = PyTorchElements(dtype: name) {
        self = .type(elements)
      } else {
        return nil
      }
    default: return nil
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
    case .integer: phrase("pickleValue.anInteger")
    case .number: "a float"
    case .text: "a text"
    case .global: phrase("pickleValue.aNameOfPythons")
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
  let elements: PyTorchElements
  let count: Int
}

/// A view of a storage: element `[i, j, …]` is number `offset + i · strides[0] + j · strides[1] + …`.
struct PyTorchTensor {
  /// Its number in the list of storages.
  let storage: Int
  let offset: Int
  let shape: [Int]
  let strides: [Int]
  /// Whether every number is to be read with the other sign.
  var isNegative = false
  /// The type of its elements where that is not the storage's.
  var type: PyTorchElements?

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

  /// Of a storage that is expanded, as many elements are read as this at most: memory is to be bounded.
  private static let mostElements = 1 << 28
  private static let mostUnreadable = 1 << 40

  /// - Returns: nil where a size or stride is negative, one of them is too many, or elements lie beyond the storage or
  ///   are far more than it has.
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
    guard isEmpty || (last < count && elements <= max(count, Self.mostElements)) else { return nil }
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// A tensor that is there and cannot be read: of its view only the shape is known.
  ///
  /// - Returns: nil where a size is negative, or one of them is too many.
  init?(storage: Int, shape: [Int], unreadable type: PyTorchElements) {
    guard shape.count <= 64, shape.allSatisfy({ $0 >= 0 }) else { return nil }
    var elements = 1
    for size in shape where size > 0 {
      guard size <= Self.mostUnreadable / elements else { return nil }
      elements *= size
    }
    self.storage = storage
    offset = 0
    self.shape = shape
    strides = []
    self.type = type
  }
}
