"""Makes the folders beside this file: tiny random models whose configurations leave out or spell in another way what
changes a number, each with the logits that transformers 5.24 gives in float64. Run with the folder to write into."""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM

target = pathlib.Path(sys.argv[1])
plain = dict(vocab_size=40, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, max_position_embeddings=64)
llama = dict(plain, intermediate_size=20, num_key_value_heads=2)
t5 = dict(model_type="t5", vocab_size=40, d_model=16, d_kv=8, d_ff=20, num_layers=2, num_heads=2, pad_token_id=0,
          decoder_start_token_id=0)

cases = {
    # dense_act_fn and is_gated_act stand above feed_forward_proj.
    "t5_dense_act_fn": dict(t5, feed_forward_proj="relu", dense_act_fn="gelu_new"),
    "t5_is_gated_act": dict(t5, feed_forward_proj="silu", is_gated_act=True),
    # No layer_types: layers from max_window_layers on have the window.
    "qwen2_max_window_layers": dict(llama, model_type="qwen2", use_sliding_window=True, sliding_window=4,
                                    max_window_layers=1),
    # A window that is not used.
    "qwen2_unused_window": dict(llama, model_type="qwen2", use_sliding_window=False, sliding_window=4,
                                max_window_layers=0),
    "mistral_layer_types": dict(llama, model_type="mistral", sliding_window=3, head_dim=8,
                                layer_types=["full_attention", "sliding_attention", "sliding_attention"]),
    "mistral_null_window": dict(llama, model_type="mistral", sliding_window=None),
    # The base beside a section that leaves it out; the section of the older name wins.
    "llama_base_beside": dict(llama, model_type="llama", rope_theta=500.0,
                              rope_scaling={"type": "linear", "factor": 2.0}),
    "llama3_without_original": dict(llama, model_type="llama", rope_parameters={
        "rope_type": "llama3", "rope_theta": 100.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}),
    "qwen3_nested": dict(llama, model_type="qwen3", head_dim=8, use_sliding_window=True, sliding_window=5, layer_types=[
        "full_attention", "sliding_attention", "full_attention"]),
    "gpt_neox_inside": dict(plain, model_type="gpt_neox", intermediate_size=20, rope_parameters={
        "rope_type": "linear", "factor": 2.0, "rope_theta": 300.0, "partial_rotary_factor": 0.5}),
    "gpt_neox_absent": dict(plain, model_type="gpt_neox", intermediate_size=20),
    "phi_absent": dict(plain, model_type="phi", intermediate_size=20),
    "gemma_biases": dict(llama, model_type="gemma", head_dim=8, attention_bias=True, hidden_act="gelu"),
    "albert_absent": dict(plain, model_type="albert", intermediate_size=20, embedding_size=12),
    "gpt_neo_types": dict(plain, model_type="gpt_neo", num_layers=3, num_heads=2, window_size=3,
                          attention_types=[[["global", "local", "local"], 1]]),
}
nested = {"full_attention": {"rope_type": "default", "rope_theta": 1000.0},
          "sliding_attention": {"rope_type": "linear", "factor": 2.0}}

for name, fields in cases.items():
    torch.manual_seed(7)
    fields = dict(fields)
    for key in ["num_hidden_layers", "num_attention_heads"] if fields["model_type"] == "gpt_neo" else []:
        del fields[key]
    kind = AutoModelForMaskedLM if fields["model_type"] == "albert" else (
        AutoModelForSeq2SeqLM if fields["model_type"] == "t5" else AutoModelForCausalLM)
    model_type = "ministral" if "layer_types" in fields and fields["model_type"] == "mistral" else fields["model_type"]
    config = AutoConfig.for_model(model_type, **{k: json.loads(json.dumps(v)) for k, v in fields.items() if k != "model_type"})
    config._attn_implementation = "eager"
    model = kind.from_config(config).double().eval()
    for parameter in model.parameters():
        parameter.data = torch.randn_like(parameter.float()).double() * 0.4
        parameter.data = parameter.data.float().double()
    ids = torch.randint(3, 40, (2, 12))
    inputs = {"input_ids": ids}
    if kind is AutoModelForSeq2SeqLM:
        inputs["decoder_input_ids"] = torch.randint(3, 40, (2, 9))
    if name == "qwen3_nested":
        # transformers' own class has one embedding for all layers: give the layers with a window another.
        inner = model.model
        bases = {"full_attention": (1000.0, 1.0), "sliding_attention": (10000.0, 2.0)}
        def turned(layer, kind_of_layer):
            base, factor = bases[kind_of_layer]
            forward = layer.forward
            def run(x, *rest, **others):
                frequencies = base ** (-torch.arange(0, 8, 2).double() / 8) / factor
                angles = torch.arange(x.shape[1]).double()[:, None] * frequencies
                angles = torch.cat([angles, angles], -1)[None]
                others["position_embeddings"] = (angles.cos(), angles.sin())
                return forward(x, *rest, **others)
            layer.forward = run
        for layer, kind_of_layer in zip(inner.layers, fields["layer_types"]):
            turned(layer, kind_of_layer)
        fields["rope_parameters"] = nested
    with torch.no_grad():
        logits = model(**inputs).logits
    folder = target / name
    folder.mkdir(exist_ok=True)
    weights = {k: v.float().contiguous() for k, v in model.state_dict().items()}
    shared = {}
    for key in list(weights):
        owner = shared.setdefault(model.state_dict()[key].data_ptr(), key)
        if owner != key:
            del weights[key]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    fields["architectures"] = [type(model).__name__.replace("Ministral", "Mistral")]
    (folder / "config.json").write_text(json.dumps(fields, indent=1) + "\n")
    reference = {f"input.{k}": v for k, v in inputs.items()}
    save_file({**reference, "logits": logits.float()}, folder / "reference.safetensors")
