/// The names by which transformers 5.24 knows tokenizers: classes that are the same under several, and the class of each
/// type of model.
extension TokenizerClass {
  /// The class that reads `tokenizer.json` as it is.
  static let general = "TokenizersBackend"

  /// A class by its name without `Fast`; nil for one that is not in the table.
  init?(name: String) {
    self.init(rawValue: Self.aliases[name] ?? name)
  }

  /// The name of the class for a type of model; nil for types that have none.
  static func usualName(of type: String) -> String? {
    for (name, types) in usualTypes where types.contains(type) { return name }
    return typesNamedWrongly.contains(type) || typesReadAsTheyAre.contains(type) ? general : nil
  }

  /// Whether a name is that of a class, in the table or not.
  static func hasName(_ name: String) -> Bool { usualTypes.contains { $0.name == name } }

  static func isMistral(_ type: String?) -> Bool {
    ["ministral", "ministral3", "mistral", "mistral3", "mistral_large4", "mixtral", "pixtral", "voxtral"].contains(type)
  }

  private static let aliases = [
    "DistilBertTokenizer": "BertTokenizer", "ElectraTokenizer": "BertTokenizer", "MobileBertTokenizer": "BertTokenizer",
    "SqueezeBertTokenizer": "BertTokenizer", "ConvBertTokenizer": "BertTokenizer", "LxmertTokenizer": "BertTokenizer",
    "LayoutLMTokenizer": "BertTokenizer", "DPRQuestionEncoderTokenizer": "BertTokenizer",
    "DPRContextEncoderTokenizer": "BertTokenizer", "DPRReaderTokenizer": "BertTokenizer",
    "BartTokenizer": "RobertaTokenizer", "LongformerTokenizer": "RobertaTokenizer", "LEDTokenizer": "RobertaTokenizer",
    "MvpTokenizer": "RobertaTokenizer", "Phi3Tokenizer": "LlamaTokenizer",
  ]

  private static let usualTypes: [(name: String, types: [String])] = [
    ("AlbertTokenizer", ["albert", "yoso"]),
    (
      "BertTokenizer",
      [
        "align", "bark", "bert", "blip", "bros", "chinese_clip", "convbert", "distilbert", "electra", "ernie", "flava",
        "git", "grounding-dino", "layoutlm", "megatron-bert", "mm-grounding-dino", "nezha", "nomic_bert", "qdqbert",
        "realm", "retribert", "squeezebert", "tvp", "vilt", "visual_bert",
      ]
    ),
    ("MobileBertTokenizer", ["mobilebert"]), ("LxmertTokenizer", ["lxmert"]),
    ("DPRQuestionEncoderTokenizer", ["dpr"]), ("MPNetTokenizer", ["mpnet"]), ("FunnelTokenizer", ["funnel"]),
    ("BartTokenizer", ["florence2"]), ("LEDTokenizer", ["led"]), ("MvpTokenizer", ["mvp"]),
    (
      "RobertaTokenizer",
      [
        "bart", "bridgetower", "clap", "data2vec-text", "ibert", "lilt", "longformer", "mega", "mra", "roberta",
        "roberta-prelayernorm",
      ]
    ),
    ("BlenderbotTokenizer", ["blenderbot"]), ("DebertaTokenizer", ["deberta"]),
    (
      "CLIPTokenizer",
      [
        "aimv2", "clip", "clipseg", "groupvit", "omdet-turbo", "oneformer", "owlv2", "owlvit", "sam3", "sam3_video",
        "xclip",
      ]
    ),
    ("CohereTokenizer", ["aya_vision", "cohere", "cohere2"]),
    (
      "GPT2Tokenizer",
      [
        "blip-2", "codegen", "dbrx", "emu3", "gpt2", "gpt_neo", "gptj", "hyperclovax_vision_v2", "instructblip",
        "instructblipvideo", "jais2", "opt", "phi", "starcoder2",
      ]
    ),
    (
      "GPTNeoXTokenizer",
      ["falcon_mamba", "gpt_neox", "mamba", "mamba2", "mpt", "olmo", "olmoe", "rwkv", "xlstm"]
    ),
    (
      "Qwen2Tokenizer",
      [
        "audioflamingo3", "colqwen2", "cosmos3_omni", "dots3_note", "fun_asr_nano", "hunyuan_vl", "internvl",
        "lighton_ocr", "moss_transcribe_diarize", "ovis2", "qianfan_ocr", "qwen2", "qwen2_5_omni", "qwen2_5_vl",
        "qwen2_audio", "qwen2_moe", "qwen2_vl", "qwen3", "qwen3_asr", "qwen3_moe", "qwen3_next", "qwen3_omni_moe",
        "qwen3_vl", "qwen3_vl_moe", "vibevoice",
      ]
    ),
    ("Qwen3_5Tokenizer", ["qwen3_5", "qwen3_5_moe", "qwen3_5_moe_text", "qwen3_5_text", "qwen4_exp"]),
    ("CodeLlamaTokenizer", ["code_llama"]), ("LlamaTokenizer", ["idefics", "idefics2"]),
    (
      "GemmaTokenizer",
      [
        "diffusion_gemma", "gemma", "gemma2", "gemma3", "gemma3_text", "gemma3n", "gemma3n_text", "recurrent_gemma",
        "shieldgemma2", "t5gemma", "zaya",
      ]
    ),
    ("T5Tokenizer", ["mt5", "musicgen", "musicgen_melody", "switch_transformers", "t5"]),
    ("XLMRobertaTokenizer", ["gte", "jina_embeddings_v3", "metaclip_2", "trocr", "xlm-roberta", "xmod"]),
    ("CamembertTokenizer", ["camembert"]), ("DebertaV2Tokenizer", ["deberta-v2"]), ("PegasusTokenizer", ["pegasus"]),
    // Classes that are not in the table.
    ("BarthezTokenizer", ["barthez"]), ("BartphoTokenizer", ["bartpho"]), ("BigBirdTokenizer", ["big_bird"]),
    ("BertGenerationTokenizer", ["bert-generation"]), ("BertJapaneseTokenizer", ["bert-japanese"]),
    ("BertweetTokenizer", ["bertweet"]), ("BioGptTokenizer", ["biogpt"]),
    ("BlenderbotSmallTokenizer", ["blenderbot-small"]), ("ByT5Tokenizer", ["byt5"]), ("CanineTokenizer", ["canine"]),
    ("CTRLTokenizer", ["ctrl"]), ("CpmTokenizer", ["cpm"]), ("EsmTokenizer", ["esm"]),
    ("FlaubertTokenizer", ["flaubert"]), ("FNetTokenizer", ["fnet"]), ("FSMTTokenizer", ["fsmt"]),
    ("GPTNeoXJapaneseTokenizer", ["gpt_neox_japanese"]), ("GPTSw3Tokenizer", ["gpt-sw3"]),
    ("HerbertTokenizer", ["herbert"]), ("LayoutLMv2Tokenizer", ["layoutlmv2"]),
    ("LayoutLMv3Tokenizer", ["layoutlmv3"]), ("LayoutXLMTokenizer", ["layoutxlm"]), ("LukeTokenizer", ["luke"]),
    ("M2M100Tokenizer", ["m2m_100"]), ("MarianTokenizer", ["marian"]), ("MarkupLMTokenizer", ["markuplm"]),
    ("MBart50Tokenizer", ["mbart50"]), ("MBartTokenizer", ["mbart"]), ("MLukeTokenizer", ["mluke"]),
    ("MyT5Tokenizer", ["myt5"]), ("NllbTokenizer", ["nllb", "nllb-moe"]), ("NougatTokenizer", ["nougat"]),
    ("OpenAIGPTTokenizer", ["openai-gpt"]), ("PerceiverTokenizer", ["perceiver"]), ("PhobertTokenizer", ["phobert"]),
    ("PLBartTokenizer", ["plbart"]), ("ProphetNetTokenizer", ["prophetnet"]), ("ReformerTokenizer", ["reformer"]),
    ("RemBertTokenizer", ["rembert"]), ("RoCBertTokenizer", ["roc_bert"]), ("RoFormerTokenizer", ["roformer"]),
    ("SeamlessM4TTokenizer", ["seamless_m4t", "seamless_m4t_v2"]), ("Siglip2Tokenizer", ["siglip2"]),
    ("SiglipTokenizer", ["siglip"]), ("Speech2TextTokenizer", ["speech_to_text"]), ("SplinterTokenizer", ["splinter"]),
    ("TapasTokenizer", ["tapas"]), ("UdopTokenizer", ["udop"]), ("WhisperTokenizer", ["whisper"]),
    ("XGLMTokenizer", ["xglm"]), ("XLMTokenizer", ["xlm"]), ("XLNetTokenizer", ["xlnet"]),
  ]

  /// Types whose models often name the wrong class: that of the type is taken, or `tokenizer.json` as it is.
  static let typesNamedWrongly: Set<String> = [
    "arctic", "camembertv2-base", "chatlm", "cohere_asr", "ernie4_5", "ernie4_5_moe", "fuyu", "h2ovl_chat",
    "hyperclovax", "hyperclovax_vision_v2", "hyperclovax_vlm", "internlm2", "internlm3", "iquestcoder", "jamba",
    "llava", "llava_next", "minicpm3", "minicpmv", "minimax_m2", "modernbert", "modernbert-decoder", "molmo", "molmo2",
    "nemotron", "nvfp4", "opencua", "openvla", "paddleocr_vl", "phi3", "phi3_v", "phimoe", "qwen2", "qwen3_5",
    "qwen3_5_moe", "qwen3_5_moe_text", "qwen4_exp", "siglip2", "smolvlm", "step3_vl", "vipllava",
  ]

  private static let typesReadAsTheyAre: Set<String> = [
    "aria", "beam", "bigbird_pegasus", "canary", "flex_olmo", "glm", "glm4", "glm4_moe", "glm4_moe_lite", "glm4v",
    "glm4v_moe", "glm_image", "glmasr", "got_ocr2", "gpt_bigcode", "gradium_phonon_tts", "granite", "granitemoe",
    "granitemoehybrid", "granitemoeshared", "kimi_k25", "kimi_linear", "kosmos-2", "mimo_v2_flash", "minicpm_ocr",
    "minicpmv4_6", "minicpmv4_7", "ministral", "ministral3", "mistral", "mistral3", "mistral_large4", "mixtral",
    "nemo_speechlm", "nystromformer", "olmo2", "olmo3", "olmo_hybrid", "omniasr", "pegasus_x", "persimmon",
    "pix2struct", "pixtral", "pocket_tts", "stablelm", "umt5", "voxtral", "voxtral_realtime", "xlm-roberta-xl",
  ]
}
