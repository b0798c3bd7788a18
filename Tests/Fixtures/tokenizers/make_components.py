"""Small tokenizers with components that occur in published models, and what the tokenizers library makes of texts.

usage: make_components.py TEXT_FILE OUT_DIR [NAME…]     (tokenizers 0.23; the text was tinyshakespeare's input.txt)
One file a tokenizer: its tokenizer.json, and 24 cases with ids, tokens, offsets in Unicode scalars, word ids, decoding.
"""
import json
import pathlib
import random
import sys

from tokenizers import (AddedToken, Regex, Tokenizer, decoders as D, models, normalizers as N, pre_tokenizers as P,
                        processors, trainers)

RANGES = [(0x20, 0x7E)] * 8 + [
    (0, 0x24F), (0x300, 0x36F), (0x370, 0x5FF), (0x600, 0x8FF), (0x900, 0x11FF), (0x1100, 0x11FF), (0x1E00, 0x218F),
    (0x2000, 0x206F), (0x2190, 0x2FFF), (0x3000, 0x33FF), (0x4E00, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7A3),
    (0xF900, 0xFFFF), (0x10000, 0x11FFF), (0x1D000, 0x1FBFF), (0x20000, 0x2FA1F), (0, 0x10FFFF)]
SEPARATORS = ["", " ", "  ", "\n", "'s", "'ll", "[MASK]", "<|endoftext|>", "<mask>", "</s>", "\t", " . "]
INSERTED = ["king", " king ", "Duke ", " Duke", "<x>", " <x>", "<xy> ", "the lord", "\u00e9\u0302", " <|endoftext|> ",
            "\u00e9", "e\u0301", "\u00bd", "\ufb01", "\u00a0", "  ", "12", "\uff0c", "\u4e2d", "\u2581", "##",
            "\uff11\uff12", "\u200d", "\uac01"]
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
GPT4 = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + CONTRACTIONS + r"?|"
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + CONTRACTIONS + r"?|"
        r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = (CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
BYTES = dict(initial_alphabet=P.ByteLevel.alphabet())


def made(model, normalizer=None, splits=None, decoder=None, processor=None):
    t = Tokenizer(model)
    for name, part in (("normalizer", normalizer), ("pre_tokenizer", splits), ("decoder", decoder),
                       ("post_processor", processor)):
        if part:
            setattr(t, name, part)
    return t


def bpe(*parts, trained={}, **options):
    special = ["<unk>", "[MASK]"]
    return (made(models.BPE(**options), *parts),
            trainers.BpeTrainer(vocab_size=280, show_progress=False, special_tokens=special, **trained))


def word_piece(*parts, **options):
    return (made(models.WordPiece(unk_token="[UNK]", **options), *parts),
            trainers.WordPieceTrainer(vocab_size=280, show_progress=False, special_tokens=["[UNK]", "[MASK]"]))


def unigram(*parts):
    return (made(models.Unigram(), *parts),
            trainers.UnigramTrainer(vocab_size=280, show_progress=False, special_tokens=["<unk>", "[MASK]"],
                                    unk_token="<unk>"))


def byte_split(pattern, **options):
    return P.Sequence([P.Split(Regex(pattern), **options), P.ByteLevel(add_prefix_space=False, use_regex=False)])


UNK = dict(unk_token="<unk>")
KINDS = {
    "clip": lambda: bpe(N.Sequence([N.NFC(), N.Replace(Regex(r"\s+"), " "), N.Lowercase()]),
                        byte_split(CLIP, behavior="removed", invert=True), D.ByteLevel(),
                        trained=dict(end_of_word_suffix="</w>"), end_of_word_suffix="</w>", **UNK),
    "prefix": lambda: bpe(N.NFKC(), P.Whitespace(), D.WordPiece(), trained=dict(continuing_subword_prefix="##"),
                          continuing_subword_prefix="##", **UNK),
    "bpedec": lambda: bpe(N.Lowercase(), P.WhitespaceSplit(), D.BPEDecoder(), trained=dict(end_of_word_suffix="</w>"),
                          end_of_word_suffix="</w>", fuse_unk=True, **UNK),
    "meta_never": lambda: unigram(N.Sequence([N.NFKD(), N.StripAccents(), N.Lowercase()]),
                                  P.Sequence([P.WhitespaceSplit(), P.Metaspace(prepend_scheme="never")]),
                                  D.Metaspace(prepend_scheme="never")),
    "nosplit": lambda: unigram(N.NFC(), P.Metaspace(split=False), D.Metaspace()),
    "digits": lambda: word_piece(N.NFD(), P.Sequence([P.Digits(), P.Punctuation("contiguous"), P.WhitespaceSplit()]),
                                 D.WordPiece(cleanup=False), max_input_chars_per_word=20),
    "punct_prev": lambda: word_piece(N.NFKC(), P.Sequence([P.Punctuation("merged_with_previous"),
                                                          P.CharDelimiterSplit(" ")])),
    "punct_next": lambda: word_piece(N.BertNormalizer(strip_accents=True, lowercase=False, handle_chinese_chars=False),
                                     P.Sequence([P.Punctuation("merged_with_next"), P.Digits(True),
                                                 P.WhitespaceSplit()])),
    "split_inv": lambda: bpe(None, P.Split(Regex(r"\p{L}+|\p{N}{1,3}|\s"), "isolated", invert=True), fuse_unk=True,
                             **UNK),
    "split_next": lambda: bpe(None, P.Split(" ", "merged_with_next"), **UNK),
    "split_prev": lambda: bpe(None, P.Split(Regex(r"\s+"), "merged_with_previous"), **UNK),
    "split_rm": lambda: bpe(N.Strip(left=True, right=False), P.Split(Regex(r"[\s,.]"), "removed"), **UNK),
    "bl_wp": lambda: word_piece(None, P.ByteLevel(), D.ByteLevel(), processors.ByteLevel(trim_offsets=True)),
    "bl_trim": lambda: bpe(None, P.ByteLevel(add_prefix_space=True), D.ByteLevel(),
                           processors.ByteLevel(trim_offsets=True), trained=BYTES),
    "bl_nfc": lambda: bpe(N.NFKC(), P.ByteLevel(add_prefix_space=False), D.ByteLevel(),
                          processors.ByteLevel(trim_offsets=False), trained=BYTES),
    "bl_first": lambda: bpe(None, P.Sequence([P.ByteLevel(add_prefix_space=False, use_regex=False),
                                              P.Split("Ġ", "merged_with_next")]), D.ByteLevel(), trained=BYTES, **UNK),
    "gpt4": lambda: bpe(None, byte_split(GPT4, behavior="isolated"), D.ByteLevel(), trained=BYTES),
    "qwen2": lambda: bpe(N.NFC(), byte_split(QWEN2, behavior="isolated"), D.ByteLevel(), trained=BYTES),
    "word_level": lambda: (made(models.WordLevel(unk_token="[UNK]"), N.NFC(), P.Whitespace()),
                           trainers.WordLevelTrainer(vocab_size=280, show_progress=False,
                                                     special_tokens=["[UNK]", "[MASK]"])),
    "byte_norm": lambda: bpe(N.Sequence([N.NFC(), N.ByteLevel()]), P.Split(Regex("\u0120?[^\u0120]+"), "isolated"),
                             D.ByteLevel(), trained=BYTES),
    "fixed": lambda: bpe(None, P.Sequence([P.FixedLength(4), P.Digits(True)]), fuse_unk=True, **UNK),
    "empty": lambda: bpe(N.Replace(Regex(r"(?<=[a-z])(?=[A-Z])"), "_"),
                         P.Sequence([P.Split(Regex(r"(?=[A-Z])|(?=(\d{3})+(?!\d))"), "isolated"),
                                     P.Split(Regex(r"\s"), "merged_with_next")]), fuse_unk=True, **UNK),
    "classes": lambda: bpe(N.Replace(Regex(r"^ +"), "."),
                           P.Split(Regex(r"[[:punct:]&&[^']]|[[:^alpha:]&&[^\d]]+|\d{,2}+|[\p{Han}\p{Lu}]+|\h++"),
                                   "contiguous"), fuse_unk=True, **UNK),
    "ctc": lambda: bpe(None, P.WhitespaceSplit(), D.CTC(pad_token="a", word_delimiter_token="e"), fuse_unk=True, **UNK),
}


def strange(rng):
    out = []
    for _ in range(rng.randint(1, 12)):
        low, high = rng.choice(RANGES)
        drawn = (rng.randint(low, high) for _ in range(rng.randint(1, 8)))
        out += [chr(c) for c in drawn if not 0xD800 <= c < 0xE000] + [rng.choice(SEPARATORS)]
    return "".join(out)[:40]


def natural(rng, words):
    start = rng.randint(0, len(words) - 400)
    text = words[start:start + rng.randint(10, 40)]
    for _ in range(rng.randint(1, 5)):
        place = rng.randint(0, len(text))
        text = text[:place] + rng.choice(INSERTED) + text[place:]
    return text


def main():
    words, out = pathlib.Path(sys.argv[1]).read_text("utf-8"), pathlib.Path(sys.argv[2])
    for name, make in KINDS.items():
        if len(sys.argv) > 3 and name not in sys.argv[3:]:
            continue
        rng = random.Random(name)
        tokenizer, trainer = make()
        tokenizer.train_from_iterator([line for line in words.split("\n") if line][:4000], trainer)
        tokenizer.add_tokens([
            AddedToken("king", single_word=True, normalized=True), AddedToken("<x>", lstrip=True, normalized=True),
            AddedToken("Duke", lstrip=True, rstrip=True, normalized=False), AddedToken("the lord", normalized=True),
            AddedToken("<xy>", rstrip=True, normalized=False), AddedToken("\u00e9\u0302", normalized=True)])
        tokenizer.add_special_tokens([AddedToken("<|endoftext|>", normalized=False)])
        data = json.loads(tokenizer.to_str())
        tokenizer = Tokenizer.from_str(json.dumps(data))
        cases = []
        for text in (strange(rng) if i % 3 == 0 else natural(rng, words) for i in range(24)):
            e = tokenizer.encode(text, add_special_tokens=False)
            cases.append(dict(text=text, ids=e.ids, offsets=e.offsets, word_ids=e.word_ids, tokens=e.tokens,
                              decoded=tokenizer.decode(e.ids, skip_special_tokens=False)))
        short = dict(separators=(",", ":"))
        body = ",\n".join(json.dumps(case, **short) for case in cases)
        (out / f"{name}.json").write_text(f'{{"tokenizer":{json.dumps(data, **short)},\n"cases":[\n{body}]}}\n')


if __name__ == "__main__":
    main()
