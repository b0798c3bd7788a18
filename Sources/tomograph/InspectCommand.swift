import Foundation
import Support
import Transformers

extension Command {
  static let inspect = Command(
    "inspect", "Says what is in a model's folder: family, shapes, parameters, memory.",
    operandNames: "MODEL", operands: 1...1,
    options: [Job.adapterBaseOption],
    run: { arguments in
      let files = try ModelFiles(arguments), model = try Model(files: files)
      let vocabulary: String
      do {
        let tokenizer = try Tokenizer(of: files)
        vocabulary = "\(tokenizer.vocabularySize) in the tokenizer (\(tokenizer.files.joined(separator: ", ")))"
      } catch let error as InputError {
        vocabulary = "no tokenizer: \(error)"
      }
      try StandardOutput.write(Inspection(model, vocabulary: vocabulary).text)
      return .pass
    })
}

extension ModelFiles {
  /// Those of the folder that a command is given, with its `--adapter-base`.
  init(_ arguments: Arguments) throws {
    try self.init(
      URL(filePath: arguments.operands[0]), adapterBase: arguments.text("adapter-base").map { URL(filePath: $0) })
  }
}
