"""minilm.safetensors: attention and hidden states of one sentence by all-MiniLM-L6-v2 (Apache-2.0), computed in
float64 and stored as float32: the first row of ../shared/reference/real/minilm/reference.safetensors.

    python make.py ../shared/reference/real/minilm/reference.safetensors
"""
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file

values = load_file(sys.argv[1])
first = {name: value[:1].contiguous() for name, value in values.items() if name.startswith(("attention.", "hidden."))}
save_file(first, Path(__file__).parent / "minilm.safetensors")
