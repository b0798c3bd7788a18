import Foundation
import Tensors
import Transformers

extension Command {
  static let trace = Command(
    "trace", "Runs a model once and writes what it computed.",
    operandNames: "MODEL", operands: 1...1,
    details: [
      "Reads the tensors input.<name> (input_ids, attention_mask, token_type_ids, decoder_input_ids, pixel_values, "
        + "labels), ignores others, and writes hidden.N, attention.N, logits, loss, last_block and inputs_embeds; for "
        + "encoder-decoders encoder_hidden.N, decoder_hidden.N, cross_attention.N and so on, for images "
        + "patch_embeddings; with --gradients also grad.<parameter> and grad_inputs_embeds."
    ],
    options: [
      Option("input", .text("IN.safetensors"), "the model's inputs"),
      Option("output", .text("OUT.safetensors"), "what the model computed"),
      Option("gradients", .flag, "the gradient of the loss as well"),
      Option(
        "precision", .choice(Precision.allCases.map(\.rawValue)),
        "of weights and matrix products; f32 by default; bf16 needs AMX or AVX-512 BF16 and has no gradients"),
      Job.adapterBaseOption,
      Option("sites", .list("A,B", known: nil), "other places as well, under TransformerLens's names"),
      Option("quiet", .flag, "nothing on stderr but errors"),
    ],
    run: { arguments in
      let input = URL(filePath: try arguments.required("input"))
      let output = URL(filePath: try arguments.required("output"))
      try Preflight.outputFile(output, option: "--output")
      try Commands.trace(
        model: ModelFiles(arguments), input: input, output: output, gradients: arguments.has("gradients"),
        sites: arguments.list("sites") ?? [],
        precision: arguments.text("precision").flatMap(Precision.init(rawValue:)) ?? .f32)
      if !arguments.has("quiet") { StandardError.write(line: "trace: \(output.relativePath)") }
      return .pass
    })
}
