import Support
import Transformers

/// What a model learns.
package enum TrainingTask: String, CaseIterable, Sendable {
  case languageModel = "language_model"
  case maskedLanguageModel = "masked_language_model"
  case sequenceClassification = "sequence_classification"
  case tokenClassification = "token_classification"
  case imageClassification = "image_classification"
  case translation

  /// Whether labels are names of classes.
  package var hasClasses: Bool {
    [.sequenceClassification, .tokenClassification, .imageClassification].contains(self)
  }

  /// Hugging Face's class of a family's model for the task.
  ///
  /// - Throws: `InputError(.usage)` for a family that has none here.
  func architecture(_ modelType: String) throws -> String {
    let names: KeyValuePairs<String, String> =
      switch self {
      case .languageModel:
        [
          "gpt2": "GPT2LMHeadModel", "gpt_neo": "GPTNeoForCausalLM", "gpt_neox": "GPTNeoXForCausalLM",
          "opt": "OPTForCausalLM", "llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM",
          "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM", "phi": "PhiForCausalLM",
          "gemma": "GemmaForCausalLM", "tomograph": "TomographForCausalLM",
        ]
      case .maskedLanguageModel:
        [
          "bert": "BertForMaskedLM", "roberta": "RobertaForMaskedLM", "distilbert": "DistilBertForMaskedLM",
          "albert": "AlbertForMaskedLM",
        ]
      case .sequenceClassification:
        [
          "bert": "BertForSequenceClassification", "roberta": "RobertaForSequenceClassification",
          "distilbert": "DistilBertForSequenceClassification", "albert": "AlbertForSequenceClassification",
        ]
      case .tokenClassification:
        [
          "bert": "BertForTokenClassification", "roberta": "RobertaForTokenClassification",
          "distilbert": "DistilBertForTokenClassification", "albert": "AlbertForTokenClassification",
        ]
      case .imageClassification: ["vit": "ViTForImageClassification", "deit": "DeiTForImageClassification"]
      case .translation:
        ["t5": "T5ForConditionalGeneration", "bart": "BartForConditionalGeneration", "marian": "MarianMTModel"]
      }
    guard let name = names.first(where: { $0.key == modelType })?.value else {
      throw InputError(
        .usage, at: "model", phrase("error.cannotLearnTask", ["rawValue": rawValue]),
        expected: phrase("expected.oneOf", ["names": names.map(\.key).joined(separator: ", ")]),
        found: "\"\(modelType)\"")
    }
    return name
  }
}
