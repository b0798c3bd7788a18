import Foundation
import Support
import Tensors
import Transformers

extension Command {
  static let trace = Command(
    "trace", "command.trace.summary",
    operandNames: "MODEL", operands: 1...1,
    details: [
      "command.trace.detail1"
    ],
    options: [
      Option("input", .text("IN.safetensors"), "option.input"),
      Option("output", .text("OUT.safetensors"), "option.trace.output"),
      Option("gradients", .flag, "option.gradients"),
      Option(
        "precision", .choice(Precision.allCases.map(\.rawValue)),
        "option.trace.precision"),
      Job.adapterBaseOption,
      Option("sites", .list("A,B", known: nil), "option.sites"),
      Option("quiet", .flag, "option.quiet"),
    ],
    run: { arguments in
      let input = URL(filePath: try arguments.required("input"))
      let output = URL(filePath: try arguments.required("output"))
      try Preflight.outputFile(output, option: "--output")
      try Commands.trace(
        model: ModelFiles(arguments), input: input, output: output, gradients: arguments.has("gradients"),
        sites: arguments.list("sites") ?? [],
        precision: arguments.text("precision").flatMap(Precision.init(rawValue:)) ?? .f32)
      if !arguments.has("quiet") {
        StandardError.write(line: phrase("traceCommand.traceOutput", ["output": output.relativePath]))
      }
      return .pass
    })
}
