import Foundation
import Support
import Transformers

extension Command {
  static let inspect = Command(
    "inspect", "command.inspect.summary",
    operandNames: "MODEL", operands: 1...1,
    details: ["command.inspect.detail1"],
    options: [Job.adapterBaseOption],
    run: { arguments in
      let files = try ModelFiles(arguments), model = try Model(files: files)
      var tokenizer: String?, damage: InputError?
      do {
        if let read = try files.tokenizer {
          tokenizer = phrase(
            "inspectCommand.vocabularysizeTokensFiles",
            ["vocabularySize": read.vocabularySize, "files": read.files.joined(separator: ", ")])
        } else if model.description.image == nil {
          tokenizer = phrase("inspect.none")
        }
      } catch let error as InputError {
        damage = error
        if model.description.image == nil { tokenizer = phrase("inspectCommand.cannotBeRead") }
      }
      try StandardOutput.write(Inspection(model, tokenizer: tokenizer).text)
      if let damage { throw damage }
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
