import Foundation
import Support
import Transformers

extension Command {
  static let inspect = Command(
    "inspect", "Says what is in a model's folder: family, shapes, parameters, memory.",
    operandNames: "MODEL", operands: 1...1,
    run: { arguments in
      let folder = URL(filePath: arguments.operands[0])
      let model = try Model(directory: folder)
      let vocabulary: String
      do {
        let tokenizer = try Tokenizer(directory: folder)
        vocabulary = "\(tokenizer.vocabularySize) in the tokenizer (\(tokenizer.files.joined(separator: ", ")))"
      } catch let error as InputError {
        vocabulary = "no tokenizer: \(error)"
      }
      try StandardOutput.write(Inspection(model, vocabulary: vocabulary).text)
      return .pass
    })
}
