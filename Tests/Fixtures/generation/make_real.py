"""Greedy continuations of real models by Hugging Face's `generate`, one text at a time: real.json.

usage: make_real.py MODELS [SMOLLM2.gguf]
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

models = Path(sys.argv[1])
shakespeare = ["ROMEO:\nI will not", "First Citizen:\nBefore we proceed any further,", "The"]
stories = ["Once upon a time", "Lily and Ben went to the park. They saw a big", "The dog"]
english = [
    "A man in a blue shirt is standing on a ladder.", "Two dogs play in the snow.",
    "A group of people are sitting at a table in a restaurant and eating.",
]
facts = ["The capital of France is", "When Mary and John went to the store, John gave a drink to"]
work = [
    ("gpt2-shakespeare/final", "gpt2-shakespeare/final", None, shakespeare, 60, AutoModelForCausalLM),
    ("stories260k", "stories260k", None, stories, 100, AutoModelForCausalLM),
    ("marian-en-de", "marian-en-de", None, english, 40, AutoModelForSeq2SeqLM),
]
if len(sys.argv) > 2:
    gguf = Path(sys.argv[2])
    work.append(("smollm2", gguf.parent, gguf.name, facts, 24, AutoModelForCausalLM))

cases = []
for name, folder, gguf, texts, limit, kind in work:
    path, extra = (models / folder if isinstance(folder, str) else folder), {"gguf_file": gguf} if gguf else {}
    model = kind.from_pretrained(path, dtype=torch.float32, **extra).eval()
    tokenizer = AutoTokenizer.from_pretrained(path, **extra)
    inputs = [tokenizer(text)["input_ids"] for text in texts]
    outputs, margin = [], float("inf")
    for ids in inputs:
        result = model.generate(
            torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), do_sample=False,
            num_beams=1, max_new_tokens=limit, output_scores=True, return_dict_in_generate=True)
        outputs.append(result.sequences[0, 1 if kind is AutoModelForSeq2SeqLM else len(ids):].tolist())
        for scores in result.scores:
            best = scores[0].topk(2).values
            margin = min(margin, (best[0] - best[1]).item())
    print(name, f"margin {margin:.2e}", [tokenizer.decode(output) for output in outputs])
    cases.append({"model": name, "limit": limit, "inputs": inputs, "outputs": outputs})
with open(Path(__file__).parent / "real.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
