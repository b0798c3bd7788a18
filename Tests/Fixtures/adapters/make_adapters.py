"""Writes the adapters here: PEFT's LoRA over models beside, with the logits that PEFT computes for ids.safetensors."""
import pathlib, sys, torch, transformers as tf, peft
from safetensors.torch import save_file, load_file
tf.logging.set_verbosity_error()
torch.manual_seed(3)
here = pathlib.Path(__file__).parent
models = here.parent / "models"
ids = torch.randint(3, 120, (2, 12), generator=torch.Generator().manual_seed(1))
lm, cls = tf.AutoModelForCausalLM, tf.AutoModelForSequenceClassification
cases = {
    "conv1d": ("gpt2_hub", lm, dict(target_modules=["c_proj", "c_attn"])),
    "magnitudes": ("gpt2", lm, dict(target_modules=["c_fc"], use_dora=True)),
    "stabilised": ("llama", lm, dict(target_modules=["q_proj", "up_proj"], modules_to_save=["lm_head"], use_rslora=True, rank_pattern={"layers.0.self_attn.q_proj": 3}, alpha_pattern={"up_proj": 5})),
    "biases": ("qwen2", lm, dict(target_modules=["q_proj"], bias="all", lora_bias=True)),
    "embeddings": ("llama_tied", lm, dict(target_modules=["q_proj", "embed_tokens"])),
    "table": ("llama_tied", lm, dict(target_modules=["q_proj"], modules_to_save=["embed_tokens"])),
    "classifier": ("llama", cls, dict(task_type="SEQ_CLS", target_modules=["v_proj"])),
}
for name, (base, kind, settings) in cases.items():
    more = dict(num_labels=3) if kind is cls else {}
    model = peft.get_peft_model(kind.from_pretrained(models / base, **more), peft.LoraConfig(r=2, lora_alpha=8, **settings))
    with torch.no_grad():
        for key, p in model.named_parameters():
            if "lora_" in key or "modules_to_save" in key or "bias" in key: p.add_(torch.randn_like(p) * 0.2)
    for config in model.peft_config.values(): config.base_model_name_or_path = f"someone/{base}"
    folder = here / name
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    fresh = peft.PeftModel.from_pretrained(kind.from_pretrained(models / base, **more), folder).eval()
    save_file({"input.input_ids": ids, "logits": fresh(input_ids=ids).logits.detach().contiguous()}, folder / "reference.safetensors")
