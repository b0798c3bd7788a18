"""Makes the files beside it. Needs torch, numpy and safetensors; the dequantisation is written from the format's
description, element by element, not from another program's code."""

import os
import struct
import zipfile

import numpy as np
import torch
from safetensors.numpy import save_file

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(20)


def path(name):
    return os.path.join(here, name)


# PyTorch: the same tensors in both formats, and as they should read.

torch.manual_seed(3)
base = torch.randn(6, 8)
tensors = {
    "float": base.clone(),
    "half": torch.randn(3, 5).half(),
    "bfloat": torch.randn(7).bfloat16(),
    "double": torch.randn(2, 2, 2).double(),
    "transposed": base.t(),
    "tail": base[2:, 3:],
    "every_other": base.reshape(-1)[1::2],
    "permuted_half": torch.randn(2, 3, 4).half().permute(2, 0, 1),
    "shared": base,
    "parameter": torch.nn.Parameter(torch.randn(4, 3)),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 4),
}
integers = {"long": torch.arange(5), "int": torch.arange(3).int(), "bool": torch.tensor([True, False])}
torch.save(torch.nn.Module().state_dict() | tensors | integers, path("zip.pt"))
torch.save(tensors | integers, path("legacy.pt"), _use_new_zipfile_serialization=False)
torch.save({"state_dict": tensors, "epoch": 3, "rate": 0.5, "name": "run", "sizes": [torch.Size([2, 3])]}, path("nested.pt"))
save_file(
    {name: t.detach().float().contiguous().numpy() for name, t in tensors.items()}, path("pytorch.safetensors")
)


class Evil:
    def __reduce__(self):
        return (os.system, ("touch opened",))


torch.save({"weight": Evil()}, path("evil.pt"))
with zipfile.ZipFile(path("zip.pt")) as source, zipfile.ZipFile(path("compressed.pt"), "w", zipfile.ZIP_DEFLATED) as out:
    for name in source.namelist():
        out.writestr(name, source.read(name))

# GGUF: one tensor of two rows in each format, of random bytes with random finite scales.


def halves(count, positive=False):
    values = rng.uniform(0.001 if positive else -2, 2, count).astype(np.float16)
    values[0] = np.float16(3e-6)  # subnormal
    return values


def nibble(block, start, index):
    """Element of 32: the low halves of 16 bytes, then the high ones."""
    byte = block[start + index % 16]
    return byte & 15 if index < 16 else byte >> 4


def f16(block, start):
    return np.float64(np.frombuffer(bytes(block[start : start + 2]), np.float16)[0])


def fifth(block, start, index):
    return (block[start + index // 8] >> (index % 8) & 1) << 4


def q4_0(b, i):
    return f16(b, 0) * (nibble(b, 2, i) - 8)


def q4_1(b, i):
    return f16(b, 0) * nibble(b, 4, i) + f16(b, 2)


def q5_0(b, i):
    return f16(b, 0) * ((nibble(b, 6, i) | fifth(b, 2, i)) - 16)


def q5_1(b, i):
    return f16(b, 0) * (nibble(b, 8, i) | fifth(b, 4, i)) + f16(b, 2)


def q8_0(b, i):
    return f16(b, 0) * (b[2 + i] - 256 * (b[2 + i] > 127))


def six_bits(b, start):
    """The eight scales and eight minima of a K block."""
    packed = b[start : start + 12]
    scales = [packed[k] & 63 for k in range(4)] + [packed[8 + k] & 15 | packed[k] >> 6 << 4 for k in range(4)]
    minima = [packed[4 + k] & 63 for k in range(4)] + [packed[8 + k] >> 4 | packed[4 + k] >> 6 << 4 for k in range(4)]
    return scales, minima


def q4_k(b, i):
    scales, minima = six_bits(b, 4)
    group, inside = divmod(i, 32)
    byte = b[16 + group // 2 * 32 + inside]
    return f16(b, 0) * scales[group] * (byte >> 4 if group % 2 else byte & 15) - f16(b, 2) * minima[group]


def q5_k(b, i):
    scales, minima = six_bits(b, 4)
    group, inside = divmod(i, 32)
    byte = b[48 + group // 2 * 32 + inside]
    q = (byte >> 4 if group % 2 else byte & 15) | (b[16 + inside] >> group & 1) << 4
    return f16(b, 0) * scales[group] * q - f16(b, 2) * minima[group]


def q6_k(b, i):
    half, rest = divmod(i, 128)
    quarter, inside = divmod(rest, 32)
    low = b[half * 64 + quarter % 2 * 32 + inside]
    low = low >> 4 if quarter > 1 else low & 15
    high = b[128 + half * 32 + inside] >> (2 * quarter) & 3
    scale = b[192 + i // 16]
    return f16(b, 208) * (scale - 256 * (scale > 127)) * ((low | high << 4) - 32)


# name: code, block length, block bytes, places of halves, element
formats = {
    "q4_0": (2, 32, 18, [0], q4_0),
    "q4_1": (3, 32, 20, [0, 2], q4_1),
    "q5_0": (6, 32, 22, [0], q5_0),
    "q5_1": (7, 32, 24, [0, 2], q5_1),
    "q8_0": (8, 32, 34, [0], q8_0),
    "q4_K": (12, 256, 144, [0, 2], q4_k),
    "q5_K": (13, 256, 176, [0, 2], q5_k),
    "q6_K": (14, 256, 210, [208], q6_k),
}
data, infos, expected = b"", b"", {}


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def add(name, code, shape, content, values):
    global data, infos
    data += b"\0" * (-len(data) % 32)
    infos += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *reversed(shape))
    infos += struct.pack("<IQ", code, len(data))
    data += content
    expected[name] = np.asarray(values, np.float64).astype(np.float32).reshape(shape)


values = rng.standard_normal((3, 5)).astype(np.float32)
add("f32", 0, (3, 5), values.tobytes(), values)
add("f16", 1, (3, 5), values.astype(np.float16).tobytes(), values.astype(np.float16))
upper = (values.view(np.uint32) >> 16).astype(np.uint16)
add("bf16", 30, (3, 5), upper.tobytes(), (upper.astype(np.uint32) << 16).view(np.float32))
for name, (code, length, size, places, element) in formats.items():
    rows, per_row = 3, 2 if length < 256 else 1
    blocks = rng.integers(0, 256, (rows * per_row, size), dtype=np.uint8)
    for place in places:
        blocks[:, place : place + 2] = halves(len(blocks)).view(np.uint8).reshape(-1, 2)
    add(
        name, code, (rows, per_row * length), blocks.tobytes(),
        [element([int(x) for x in block], i) for block in blocks for i in range(length)],
    )
keys = text("general.architecture") + struct.pack("<I", 8) + text("test")
header = b"GGUF" + struct.pack("<IQQ", 3, len(expected), 1) + keys + infos
with open(path("formats.gguf"), "wb") as out:
    out.write(header + b"\0" * (-len(header) % 32) + data)
save_file(expected, path("formats.safetensors"))
