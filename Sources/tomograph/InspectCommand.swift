import Foundation

extension Command {
  static let inspect = Command(
    "inspect", "Says what is in a model's folder: family, shapes, parameters, memory.",
    operandNames: "MODEL", operands: 1...1,
    run: { arguments in
      try runInspect(model: URL(filePath: arguments.operands[0]))
      return .pass
    })
}
