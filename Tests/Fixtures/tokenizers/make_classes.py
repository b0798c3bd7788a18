"""What transformers' tokenizer classes make of a directory's files: classes.json, and the folder marian.

usage: make_classes.py OUT_DIR     (transformers 5.24, tokenizers 0.23, sentencepiece 0.2; without sacremoses)
Each case: the files of a directory (a `base` has the vocabulary), and texts with ids and offsets in Unicode scalars.
"""
import json
import os
import pathlib
import shutil
import sys
import tempfile

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_OFFLINE"] = "1"

import sentencepiece  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

HERE = pathlib.Path(__file__).parent
TEXTS = ["Hello, World!", "caf\u00e9 Cre\u0300me", "\u65e5\u672c\u8a9e 123 x1y22", "I'M can't  X'S", " a\n\n b\t", "<ent>ab <x> HELLO",
         "[MASK] <mask> </s>", "\u212b \ufb01 \u00bd"]
PIECES = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -2.0)] + [
    (c, -4.0 - i / 16) for i, c in enumerate("Hello,Wrd!cafetmCXI'nbx123sk\u00e9\u00e8\u65e5<>")] + [
    ("\u2581Hello", -3.0), ("ll", -3.5), ("\u2581World", -3.0), ("\u2581ca", -3.0), ("fe", -3.0), ("\u2581hello", -3.0)]
MARKED = {t: i for i, t in enumerate(["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)] + sorted(
    set("Helo,Wrd! cafetmCXI'nbx123sk\u00e9\u65e5<>\u2581")) + ["ll", "He", "\u2581He", "\u2581HH"])}
BASES = {
    "unigram": {"version": "1.0", "added_tokens": [], "normalizer": {"type": "NFKC"},
                "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
                "post_processor": None, "decoder": None,
                "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": False, "vocab": list(dict(PIECES).items())}},
    "marked": {"version": "1.0", "added_tokens": [], "pre_tokenizer": None, "post_processor": None, "decoder": None,
               "normalizer": {"type": "Sequence", "normalizers": [
                   {"type": "Prepend", "prepend": "\u2581"},
                   {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
               "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True, "vocab": MARKED,
                         "merges": [["l", "l"], ["H", "e"], ["\u2581", "He"]]}},
}


def token(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False,
            "special": True, **flags}


def cases():
    new, old = ["tokenizer.json"], ["vocab.json", "merges.txt"]
    gpt2 = dict(bos_token="<|endoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>")
    framed = dict(cls_token="<|endoftext|>", sep_token="<|endoftext|>", **gpt2)
    for setting in [{}, dict(do_lower_case=False), dict(strip_accents=False), dict(tokenize_chinese_chars=False)]:
        yield "bert_cased", new, "bert", dict(tokenizer_class="BertTokenizer", **setting), {}
    yield "bert_uncased", new, "distilbert", dict(tokenizer_class="DistilBertTokenizer", do_lower_case=False), {}
    yield "bert_uncased", new, "electra", dict(do_lower_case=False), {}
    yield "bert_cased", new, "bert", dict(tokenizer_class="PreTrainedTokenizerFast", do_lower_case=True), {}
    yield "bert_cased", ["vocab.txt"], "bert", dict(tokenizer_class="BertTokenizer", do_lower_case=True), {}
    yield "bert_cased", new, "mpnet", dict(
        tokenizer_class="MPNetTokenizer", cls_token="[CLS]", bos_token="[CLS]", sep_token="[SEP]", eos_token="[SEP]",
        pad_token="[PAD]", mask_token="[MASK]"), {}
    yield "bert_cased", new, "funnel", dict(
        tokenizer_class="FunnelTokenizer", cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", pad_token="[PAD]",
        mask_token="[MASK]", bos_token="[CLS]", eos_token="[SEP]"), {}
    for files in (new, old):
        yield "gpt2_bpe", files, "gpt2", dict(tokenizer_class="GPT2Tokenizer", add_prefix_space=True, **gpt2), {}
        yield "gpt2_bpe", files, "opt", dict(tokenizer_class="GPT2Tokenizer", add_bos_token=True, **gpt2), {}
        yield "gpt2_bpe", files, "qwen2", dict(tokenizer_class="Qwen2Tokenizer", **gpt2), {}
        yield "gpt2_bpe", files, "gpt_neox", dict(tokenizer_class="GPTNeoXTokenizer", pad_token="<|endoftext|>", **gpt2), {}
        yield "gpt2_bpe", files, "phi", dict(tokenizer_class="CodeGenTokenizer", add_prefix_space=True, **gpt2), {}
        yield "gpt2_bpe", files, "cohere", dict(
            tokenizer_class="CohereTokenizer", pad_token="<|endoftext|>", mask_token="<|endoftext|>", **framed), {}
        yield "gpt2_bpe", files, "clip", dict(tokenizer_class="CLIPTokenizer", pad_token="<|endoftext|>", **gpt2), {}
        yield "gpt2_bpe", files, "bart", dict(
            tokenizer_class="BartTokenizer", add_prefix_space=True, pad_token="<|endoftext|>",
            mask_token="<|endoftext|>", **framed), {}
        yield "gpt2_bpe", files, "deberta", dict(
            tokenizer_class="DebertaTokenizer", pad_token="<|endoftext|>", mask_token="<|endoftext|>", **framed), {}
    yield "gpt2_bpe", new, "qwen3_5", dict(tokenizer_class="Qwen3_5Tokenizer", pad_token="<|endoftext|>", **gpt2), {}
    yield "gpt2_bpe", new, "llama", dict(tokenizer_class="LlamaTokenizer", **gpt2), {}
    yield "gpt2_bpe", new, "mistral", dict(tokenizer_class="GPT2Tokenizer", add_prefix_space=True, **gpt2), {}
    yield "gpt2_bpe", new, "phi3", dict(tokenizer_class="GPT2Tokenizer", add_prefix_space=True, **gpt2), {}
    for model, setting in [("t5", {}), ("xlm-roberta", dict(bos_token="<pad>", cls_token="<pad>", mask_token="<pad>")),
                           ("albert", dict(bos_token="<pad>", eos_token="</s>", cls_token="<pad>", sep_token="</s>",
                                           mask_token="<pad>", keep_accents=True)),
                           ("deberta-v2", dict(bos_token="<pad>", eos_token="</s>", cls_token="<pad>", pad_token="<pad>",
                                               sep_token="</s>", mask_token="<pad>", unk_token="<unk>",
                                               do_lower_case=True, split_by_punct=True)),
                           ("camembert", dict(bos_token="<pad>", cls_token="<pad>", mask_token="<pad>",
                                              additional_special_tokens=[])),
                           ("pegasus", dict(mask_token="<pad>", mask_token_sent=None))]:
        yield "unigram", new, model, setting, {}
    llama = dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    for setting in [{}, dict(legacy=True), dict(add_prefix_space=False)]:
        yield "marked", new, "llama", dict(tokenizer_class="LlamaTokenizerFast", **setting, **llama), {}
    yield "marked", new, "mistral", dict(tokenizer_class="LlamaTokenizer", **llama), {}
    yield "marked", new, "gemma", dict(tokenizer_class="GemmaTokenizer", pad_token="</s>", mask_token="</s>", **llama), {}
    for base, model, name in [("gpt2_bpe", "gpt2", "GPT2Tokenizer"), ("bert_uncased", "bert", "PreTrainedTokenizerFast")]:
        own = dict(tokenizer_class=name)
        yield base, new, model, dict(own, added_tokens_decoder={
            "1000": token("<ent>"), "1001": token("ab", special=False),
            "1002": token("HELLO", special=False, normalized=True)}), {}
        yield base, new, model, dict(own, added_tokens_decoder={
            "1005": token("<x>", lstrip=True), "1003": token("<ent>", rstrip=True)}), {}
        yield base, new, model, own, {
            "added_tokens.json": {"<ent>": 1000, "ab": 1001},
            "special_tokens_map.json": {"additional_special_tokens": ["<x>"], "pad_token": token("</s>")}}
        yield base, new, model, dict(own, additional_special_tokens=["<x>"], image_token="<ent>"), {}
        yield base, new, model, dict(own, split_special_tokens=True, mask_token="[MASK]"), {}


def recorded(base, files, model, settings, others):
    content = {name: json.dumps(value) for name, value in
               {"config.json": {"model_type": model}, "tokenizer_config.json": settings, **others}.items()}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in files:
            text = json.dumps(BASES[base]) if base in BASES else (HERE / base / name).read_text("utf-8")
            (folder / name).write_text(text, "utf-8")
        for name, text in content.items():
            (folder / name).write_text(text, "utf-8")
        tokenizer = AutoTokenizer.from_pretrained(str(folder))
        found = []
        for text in TEXTS:
            encoding = tokenizer(text, return_offsets_mapping=True)
            found.append(dict(text=text, ids=encoding["input_ids"], offsets=encoding["offset_mapping"]))
        pair = tokenizer(TEXTS[0], TEXTS[1], return_token_type_ids=True)
    return dict(base=base, files=files, content=content, cases=found,
                pair=dict(ids=pair["input_ids"], types=pair["token_type_ids"]))


def marian(out):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    lines = {"source": "the dog sees a man . the man sees the dog in the park . a woman reads a book in the park .",
             "target": "der Hund sieht einen Mann . der Mann sieht den Hund im Park . eine Frau liest ein Buch im Park ."}
    pieces = []
    for name, text in lines.items():
        (out / "text").write_text("\n".join(text.split(" . ")) + "\n" + text)
        sentencepiece.SentencePieceTrainer.train(
            input=str(out / "text"), model_prefix=str(out / name), vocab_size=40, model_type="unigram", bos_id=-1,
            eos_id=1, pad_id=-1, unk_id=0, normalization_rule_name="identity", minloglevel=2, hard_vocab_limit=False)
        (out / f"{name}.model").rename(out / f"{name}.spm")
        (out / f"{name}.vocab").unlink()
        model = sentencepiece.SentencePieceProcessor(str(out / f"{name}.spm"))
        pieces += [p for p in map(model.id_to_piece, range(2, model.get_piece_size())) if p not in pieces]
    (out / "text").unlink()
    # The last piece is left to the unknown token; a code, and a character that no model has, are tokens.
    order = ["</s>", "<unk>"] + sorted(pieces)[:-1] + [">>deu<<", "\u65e5", "<pad>"]
    (out / "vocab.json").write_text(json.dumps({p: i for i, p in enumerate(order)}, ensure_ascii=False))
    (out / "config.json").write_text(json.dumps({"model_type": "marian"}))
    (out / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "MarianTokenizer"}))
    tokenizer = AutoTokenizer.from_pretrained(str(out))
    texts = ["the dog sees a man .", "der Hund sieht einen Mann .", ">>deu<< the park", "the >>deu<< park", ">>fra<< a",
             "  a \u65e5 book  \u65e5\u672c zzz ", "a </s> man", ""]
    (out / "cases.json").write_text(json.dumps(
        [dict(text=t, source=tokenizer(t)["input_ids"], target=tokenizer(text_target=t)["input_ids"]) for t in texts]))


def main():
    out = pathlib.Path(sys.argv[1])
    body = ",\n".join(json.dumps(recorded(*case), separators=(",", ":")) for case in cases())
    (out / "classes.json").write_text(
        f'{{"bases":{json.dumps(BASES, separators=(",", ":"))},\n"directories":[\n{body}]}}\n')
    marian(out / "marian")


if __name__ == "__main__":
    main()
