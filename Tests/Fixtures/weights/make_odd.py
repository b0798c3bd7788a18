"""Writes odd.bin and odd_legacy.bin: what torch.save makes of views and of types that no weights are made of."""
import pathlib, warnings, torch
warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).parent
pairs = torch.arange(6, dtype=torch.float32).reshape(3, 2)
tensors = {
    "expanded": torch.tensor([1.5, -2.0]).reshape(2, 1).expand(2, 3),
    "negative": torch.view_as_complex(pairs).conj().imag,
    "complex32": torch.zeros(2, dtype=torch.complex32), "complex64": torch.zeros(2, dtype=torch.complex64),
    "complex128": torch.zeros(2, dtype=torch.complex128), "conjugate": torch.zeros(3, dtype=torch.complex64).conj(),
    "float8": torch.zeros(3).to(torch.float8_e4m3fn), "uint16": torch.zeros(3, dtype=torch.uint16),
    "float4": torch.zeros(4, dtype=torch.uint8).view(torch.float4_e2m1fn_x2),
    "int8": torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8),
    "channels": torch.quantize_per_channel(torch.ones(4, 2), torch.ones(4), torch.zeros(4, dtype=torch.long), 0, torch.qint8),
    "int4": torch.quantize_per_channel(torch.ones(4, 2), torch.ones(4), torch.zeros(4), 0, torch.quint4x2),
}
torch.save(tensors, here / "odd.bin")
torch.save({n: t for n, t in tensors.items() if n not in ("complex32", "uint16", "float4", "float8")}, here / "odd_legacy.bin", _use_new_zipfile_serialization=False)
