"""Greedy continuations by Hugging Face's `generate`, one text at a time, in float64: cases.json.

usage: make_cases.py MODELS (the folder of reference models)
"""

import json
import random
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

models = Path(sys.argv[1])
decoders = [
    "gpt2", "gpt_neo", "gpt_neox", "opt", "opt_postnorm", "llama", "llama3_rope", "mistral", "qwen2", "qwen3", "gemma",
    "phi",
]
pairs = ["t5", "t5_gated", "bart", "marian"]
rules = [
    ("gpt2", {"repetition_penalty": 1.4}),
    ("gpt2", {"no_repeat_ngram_size": 2}),
    ("llama", {"bad_words_ids": [[17], [5, 40], [2]]}),
    ("llama", {"suppress_tokens": [3, 44, 70], "begin_suppress_tokens": [9, 60]}),
    ("qwen2", {"eos_token_id": [2, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42], "min_new_tokens": 6}),
    ("t5", {"forced_bos_token_id": 11, "forced_eos_token_id": 2, "begin_suppress_tokens": [5, 6]}),
    ("bart", {"min_length": 9, "eos_token_id": [2, *range(20, 60)], "no_repeat_ngram_size": 3}),
    ("marian", {"bad_words_ids": [[1]], "repetition_penalty": 0.8}),
]


def load(name):
    kind = AutoModelForSeq2SeqLM if name in pairs else AutoModelForCausalLM
    return kind.from_pretrained(models / name).double().eval()


def run(name, changes):
    model, generator = load(name), random.Random(name + json.dumps(changes))
    isPair = name in pairs
    limit = 16 if name in ("bart", "marian") else 40
    texts = [[generator.randrange(3, 120) for _ in range(length)] for length in (1, 5, 9, 5)]
    outputs, margin = [], float("inf")
    for text in texts:
        result = model.generate(
            torch.tensor([text]), attention_mask=torch.ones(1, len(text), dtype=torch.long), do_sample=False,
            num_beams=1, max_new_tokens=limit, output_scores=True, return_dict_in_generate=True, **changes)
        outputs.append(result.sequences[0, 1 if isPair else len(text):].tolist())
        for scores in result.scores:
            best = scores[0].topk(2).values
            margin = min(margin, (best[0] - best[1]).item())
    return {"model": name, "rules": changes, "limit": limit, "inputs": texts, "outputs": outputs, "margin": margin}


cases = [run(name, {}) for name in decoders + pairs] + [run(*case) for case in rules]
for case in cases:
    print(case["model"], case["rules"], f"margin {case['margin']:.2e}", [len(o) for o in case["outputs"]])
with open(Path(__file__).parent / "cases.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
