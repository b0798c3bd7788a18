import Support

extension Configuration {
  /// Whether a key that no family asks for is known to leave what a model computes in one pass alone: because it says
  /// something else, or because its value means nothing.
  static func isHarmless(_ key: String, _ value: JSON) -> Bool {
    if others.contains(key) || generation.contains(key) { return true }
    if parts.contains(where: { key.contains($0) }) || beginnings.contains(where: { key.hasPrefix($0) }) { return true }
    if endings.contains(where: { key.hasSuffix($0) }) { return true }
    switch value {
    case .null: return true
    case .string(let text): return text.isEmpty || neutralTexts.contains { $0.key == key && $0.value == text }
    case .array(let list): return list.isEmpty
    case .object(let object): return object.isEmpty
    case .number(let number):
      return neutral.contains { $0.key == key && $0.value == number.double }
        || number.double == 0 && neutralWhereOff.contains(key)
    case .bool(let flag):
      return neutral.contains { $0.key == key && $0.value == (flag ? 1 : 0) }
        || !flag && neutralWhereOff.contains(key)
    }
  }

  /// Rates of dropout and how weights are begun with: training's alone.
  private static let parts = ["dropout", "pdrop", "layerdrop", "initializer"]
  /// Heads that are not run here, poolers of features.
  private static let beginnings = ["init_", "summary_", "pooler_"]
  private static let endings = ["_token_id", "_token_ids"]

  /// Where a file comes from, how it is run, and what older files say that no class of Hugging Face's reads any more.
  private static let others: Set<String> = [
    "_attn_implementation", "_attn_implementation_autoset", "_commit_hash", "_experts_implementation", "_name_or_path",
    "_num_labels", "architectures", "attn_implementation", "chunk_size_feed_forward", "decoder_vocab_size",
    "directionality", "dtype",
    "encoder_stride", "extra_pos_embeddings", "finetuning_task", "force_bos_token_to_be_generated",
    "gradient_checkpointing", "id2label", "is_encoder_decoder", "is_llama_config", "label2id", "language",
    "model_type", "n_ctx", "n_positions", "name_or_path", "normalize_embedding", "num_labels", "output_attentions",
    "output_hidden_states",
    "output_past", "predict_special_tokens", "prefix", "pretraining_tp", "reorder_and_upcast_attn", "return_dict",
    "save_step", "sbert_ce_default_activation_function", "sentence_transformers", "sinusoidal_pos_embds",
    "static_position_embeddings",
    "task_specific_params", "tf_legacy_loss", "tie_weights_", "tie_word_embeddings", "tokenizer_class", "torch_dtype",
    "torchscript", "transformers_version", "unsloth_fixed", "unsloth_version", "use_bfloat16", "use_cache",
    "use_flash_attn", "use_flash_attention_2",
  ]

  /// How texts are continued: the rules of generation are read by themselves.
  private static let generation: Set<String> = [
    "assistant_confidence_threshold", "assistant_early_exit", "assistant_lookbehind", "bad_words_ids",
    "begin_suppress_tokens", "cache_config", "cache_implementation", "constraints", "diversity_penalty", "do_sample",
    "early_stopping", "encoder_no_repeat_ngram_size", "encoder_repetition_penalty", "epsilon_cutoff", "eta_cutoff",
    "exponential_decay_length_penalty", "force_words_ids", "forced_decoder_ids", "guidance_scale", "length_penalty",
    "low_memory", "max_length", "max_matching_ngram_size", "max_new_tokens", "max_time", "min_length",
    "min_new_tokens", "min_p", "no_repeat_ngram_size", "num_assistant_tokens", "num_assistant_tokens_schedule",
    "num_beam_groups", "num_beams", "num_return_sequences", "output_logits", "output_scores", "penalty_alpha",
    "prompt_lookup_num_tokens", "remove_invalid_values", "renormalize_logits", "repetition_penalty",
    "return_dict_in_generate", "sequence_bias", "stop_strings", "suppress_tokens", "target_lookbehind", "temperature",
    "token_healing", "top_k", "top_p", "typical_p", "watermarking_config",
  ]

  /// Keys that mean nothing while they are false or 0.
  private static let neutralWhereOff: Set<String> = [
    "add_bias_logits", "add_cross_attention", "add_final_layer_norm", "attention_bias", "gap_size", "is_decoder",
    "mlp_bias", "net_structure_type", "normalize_before", "num_memory_blocks", "rope_interleaved",
    "tie_encoder_decoder", "use_mrope", "use_qk_norm",
  ]
  private static let neutral: KeyValuePairs<String, Double> = ["down_scale_factor": 1]
  private static let neutralTexts: KeyValuePairs<String, String> = ["problem_type": "single_label_classification"]
}
