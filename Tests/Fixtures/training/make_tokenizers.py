"""Vocabularies that the `tokenizers` library learns from text.txt, for the trainers to be checked against.

usage: make_tokenizers.py FOLDER (with text.txt)
"""
import json
import pathlib
import sys

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

folder = pathlib.Path(sys.argv[1])
lines = folder.joinpath("text.txt").read_text().split("\n")

bpe = Tokenizer(models.BPE())
bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bpe.decoder = decoders.ByteLevel()
bpe.train_from_iterator(lines, trainers.BpeTrainer(
    vocab_size=700, min_frequency=2, special_tokens=["<|endoftext|>"], show_progress=False,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
model = json.loads(bpe.to_str())["model"]

piece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
piece.normalizer = normalizers.BertNormalizer(lowercase=True)
piece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
piece.train_from_iterator(lines, trainers.WordPieceTrainer(
    vocab_size=500, min_frequency=2, special_tokens=special, show_progress=False))
json.dump(
    {"bpe": {"tokens": sorted(model["vocab"], key=model["vocab"].get), "merges": model["merges"]},
     "wordpiece": sorted(piece.get_vocab())},
    folder.joinpath("tokenizers.json").open("w"), ensure_ascii=False)
