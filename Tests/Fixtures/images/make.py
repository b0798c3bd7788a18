"""Makes the images of this folder and what PIL and Hugging Face's image processors make of them and of PngSuite.

python make.py FOLDER-OF-PHOTOGRAPHS; needs pillow, numpy, safetensors and transformers. Of each image the digest is
FNV-1a over its samples (64 bits).
"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from safetensors.numpy import save_file

here = Path(__file__).parent
photographs = Path(sys.argv[1])


def digest(array):
    value = 0xCBF29CE484222325
    for byte in np.ascontiguousarray(array).tobytes():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def pixels(path):
    """As transformers' load_image."""
    image = ImageOps.exif_transpose(Image.open(path))
    return image.convert("RGB"), image.convert("L")


def line(path):
    rgb, grey = pixels(path)
    return f"{path.name} {rgb.width} {rgb.height} {digest(rgb)} {digest(grey)}"


def make_images():
    portrait = Image.open(photographs / "astronaut.png").convert("RGB")
    small = portrait.crop((100, 0, 344, 172)).resize((61, 43), Image.Resampling.LANCZOS)
    small.save(here / "photo.png", optimize=True)
    small.save(here / "baseline.jpg", quality=85, subsampling=2)
    small.save(here / "full-colour.jpg", quality=90, subsampling=0)
    small.save(here / "half-colour.jpg", quality=90, subsampling=1)
    small.save(here / "progressive.jpg", quality=80, progressive=True)
    small.save(here / "restart.jpg", quality=80, restart_marker_blocks=3)
    small.convert("L").save(here / "grey.jpg", quality=85)
    small.convert("CMYK").save(here / "inks.jpg", quality=90)
    # Another name than its content.
    small.save(here / "jpeg-named.png", "JPEG", quality=70)
    tiny = small.resize((7, 5), Image.Resampling.BOX)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[274] = orientation
        tiny.save(here / f"held-{orientation}.png", exif=exif)
    exif = Image.Exif()
    exif[274] = 6
    exif[271] = "a camera"
    small.save(here / "held-6.jpg", quality=85, exif=exif)


def make_resized():
    """Filter, height, width and digest of photo.png in RGB and grey."""
    rgb, grey = pixels(here / "photo.png")
    lines = []
    for size in [(43, 20), (16, 61), (8, 8), (86, 122), (30, 100), (97, 33), (1, 1), (43, 61), (129, 5), (224, 224),
                 (8, 50), (21, 50), (20, 50), (40, 60)]:
        for name in ["NEAREST", "LANCZOS", "BILINEAR", "BICUBIC", "BOX", "HAMMING"]:
            number = Image.Resampling[name]
            made = [image.resize((size[1], size[0]), number) for image in (rgb, grey)]
            lines.append(f"{int(number)} {size[0]} {size[1]} {digest(made[0])} {digest(made[1])}")
    (here / "resized.txt").write_text("\n".join(lines) + "\n")


def make_processed():
    """Settings of image processors, and their pixel values of photo.png and grey.jpg."""
    from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
    from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

    classes = {
        "ViT": ViTImageProcessorPil,
        "DeiT": DeiTImageProcessorPil,
        "CLIP": CLIPImageProcessorPil,
        "Bit": BitImageProcessorPil,
    }
    cases = [
        ("vit", "ViT", 16, {"size": {"height": 16, "width": 16}}),
        ("vit-number", "ViT", 14, {"size": 14, "resample": 3, "image_mean": [0.485, 0.456, 0.406],
                                   "image_std": [0.229, 0.224, 0.225]}),
        ("vit-enlarged", "ViT", 50, {"size": {"height": 50, "width": 50}, "resample": 1}),
        ("vit-raw", "ViT", 12, {"size": {"height": 12, "width": 12}, "do_rescale": False, "do_normalize": False,
                                "resample": 0}),
        ("deit", "DeiT", 16, {"size": {"height": 20, "width": 20}, "crop_size": {"height": 16, "width": 16}}),
        ("clip", "CLIP", 24, {"size": {"shortest_edge": 24}, "crop_size": {"height": 24, "width": 24}}),
        ("clip-number", "CLIP", 15, {"size": 18, "crop_size": 15, "resample": 5}),
        ("bit", "Bit", 21, {"size": {"shortest_edge": 32}, "crop_size": 21, "resample": 4}),
        ("bit-padded", "Bit", 29, {"size": {"shortest_edge": 20, "longest_edge": 25}, "crop_size": 29}),
        ("vit-rescaled", "ViT", 9, {"size": 9, "rescale_factor": 0.0078125, "image_mean": 1.0, "image_std": 1.0}),
    ]
    described, tensors = [], {}
    for name, kind, side, settings in cases:
        processor = classes[kind](**settings)
        described.append(
            {"name": name, "side": side, "settings": {"image_processor_type": f"{kind}ImageProcessor"} | settings})
        for file in ["photo.png", "grey.jpg"]:
            value = processor(pixels(here / file)[0], return_tensors="np")["pixel_values"][0]
            tensors[file] = np.array(pixels(here / file)[0], dtype=np.float32)
            tensors[f"{name}/{file}"] = np.ascontiguousarray(value, dtype=np.float32)
    (here / "processed.json").write_text(json.dumps(described, indent=1) + "\n")
    save_file(tensors, here / "processed.safetensors")


make_images()
suite = here.parent / "pngsuite"
(suite / "digests.txt").write_text("\n".join(line(p) for p in sorted(suite.glob("[!x]*.png"))) + "\n")
files = sorted(p for p in here.iterdir() if p.suffix in [".png", ".jpg"])
(here / "digests.txt").write_text("\n".join(line(p) for p in files) + "\n")
make_resized()
make_processed()
