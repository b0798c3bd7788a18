"""Makes the images of the folder held: one image with its orientation said in every way, and what PIL makes of them.

python make_held.py; needs pillow. held.txt has of each image the size and the digest of make.py as PIL turns it.
"""

import io
import struct
import warnings
import zlib
from pathlib import Path

from PIL import Image, ImageOps

here = Path(__file__).parent / "held"
here.mkdir(exist_ok=True)
warnings.simplefilter("ignore")

sizes = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q"}
names = {1: "byte", 3: "short", 4: "long", 6: "signed-byte", 8: "signed-short", 9: "signed-long", 11: "float",
         12: "double", 13: "directory", 16: "long8"}


def tiff(payload, kind=3, count=1, order="<"):
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIHHHI", 42, 8, 1, 274, kind, count)
    if len(payload) <= 4:
        return head + payload.ljust(4, b"\0") + bytes(4)
    return head + struct.pack(order + "II", 26, 0) + payload


def exif(orientation, kind=3, count=1, order="<"):
    return tiff(struct.pack(order + sizes[kind] * count, *[orientation] * count), kind, count, order)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def itxt(value, key=b"XML:com.adobe.xmp", packed=False):
    data = zlib.compress(value) if packed else value
    return chunk(b"iTXt", key + b"\0" + bytes([packed, 0]) + b"en\0key\0" + data)


def ztxt(key, value):
    return chunk(b"zTXt", key + b"\0\0" + zlib.compress(value))


def profile(data):
    lines = [data.hex()[i:i + 72] for i in range(0, 2 * len(data), 72)]
    return ("\nexif\n%8d\n" % len(data) + "\n".join(lines) + "\n").encode()


def xmp(orientation):
    return b'<x:xmpmeta><rdf:Description tiff:Make="a" tiff:Orientation="%d"/></x:xmpmeta>' % orientation


def app1(data):
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data


picture = Image.frombytes("RGB", (3, 2), bytes(range(0, 180, 10)))
buffer = io.BytesIO()
picture.save(buffer, "PNG")
png = buffer.getvalue()
buffer = io.BytesIO()
picture.save(buffer, "JPEG", quality=100, subsampling=0)
jpeg = buffer.getvalue()


def in_png(*chunks, before=b"IDAT"):
    place = png.index(before) - 4
    return png[:place] + b"".join(chunks) + png[place:]


def in_jpeg(*segments):
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


raw = b"Raw profile type exif"
mark = b"http://ns.adobe.com/xap/1.0/\0"
split = exif(6, 4)
files = {
    "none.png": png,
    "behind.png": in_png(chunk(b"eXIf", exif(6)), before=b"IEND"),
    "marked.png": in_png(chunk(b"eXIf", b"Exif\0\0" + exif(6))),
    "rational.png": in_png(chunk(b"eXIf", tiff(struct.pack("<II", 12, 2), 5))),
    "signed-rational.png": in_png(chunk(b"eXIf", tiff(struct.pack("<ii", -8, -1), 10))),
    "text.png": in_png(chunk(b"eXIf", tiff(b"6\0", 2, 2))),
    "undefined.png": in_png(chunk(b"eXIf", tiff(b"\6", 7))),
    "nine.png": in_png(chunk(b"eXIf", exif(9))),
    "xmp.png": in_png(itxt(xmp(6))),
    "xmp-packed.png": in_png(itxt(xmp(5), packed=True)),
    "xmp-ztxt.png": in_png(ztxt(b"XML:com.adobe.xmp", xmp(7))),
    "xmp-text.png": in_png(chunk(b"tEXt", b"XML:com.adobe.xmp\0" + xmp(8))),
    "xmp-element.png": in_png(itxt(b"<tiff:Orientation>3</tiff:Orientation>")),
    "xmp-spaced.png": in_png(itxt(b"<tiff:Orientation> 3</tiff:Orientation>")),
    "xmp-single.png": in_png(itxt(b"tiff:Orientation='8'")),
    "xmp-nine.png": in_png(itxt(xmp(9))),
    "xmp-twice.png": in_png(itxt(xmp(6)), itxt(xmp(8))),
    "xmp-behind.png": in_png(itxt(xmp(6)), before=b"IEND"),
    "xmp-and-exif.png": in_png(itxt(xmp(6)), chunk(b"eXIf", exif(1))),
    "xmp-and-nine.png": in_png(itxt(xmp(6)), chunk(b"eXIf", exif(9))),
    "xmp-and-byte.png": in_png(itxt(xmp(6)), chunk(b"eXIf", exif(8, 1))),
    "xmp-and-empty.png": in_png(itxt(xmp(6)), chunk(b"eXIf", b"II*\0\x08\0\0\0" + bytes(6))),
    "profile-text.png": in_png(chunk(b"tEXt", raw + b"\0" + profile(b"Exif\0\0" + exif(6)))),
    "profile-packed.png": in_png(ztxt(raw, profile(b"Exif\0\0" + exif(5, order=">")))),
    "profile-international.png": in_png(itxt(profile(exif(7)), raw)),
    "profile-app1.png": in_png(ztxt(b"Raw profile type APP1", profile(b"Exif\0\0" + exif(6)))),
    "profile-and-exif.png": in_png(ztxt(raw, profile(exif(6))), chunk(b"eXIf", exif(8))),
    "exif-twice.png": in_png(chunk(b"eXIf", exif(6)), chunk(b"eXIf", exif(8))),
    "xmp.jpg": in_jpeg(app1(mark + xmp(6))),
    "xmp-twice.jpg": in_jpeg(app1(mark + xmp(6)), app1(mark + xmp(8))),
    "xmp-and-exif.jpg": in_jpeg(app1(mark + xmp(6)), app1(b"Exif\0\0" + exif(8))),
    "long.jpg": in_jpeg(app1(b"Exif\0\0" + exif(6, 4))),
    "split.jpg": in_jpeg(app1(b"Exif\0\0" + split[:12]), app1(b"Exif\0\0" + split[12:])),
}
for kind, name in names.items():
    for order in "<>":
        files[f"{name}-{'little' if order == '<' else 'big'}.png"] = in_png(chunk(b"eXIf", exif(6, kind, 1, order)))
    files[f"{name}-pair.png"] = in_png(chunk(b"eXIf", exif(5, kind, 2)))
    files[f"{name}-none.png"] = in_png(chunk(b"eXIf", exif(5, kind, 0)))


def digest(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


lines = []
for name, data in sorted(files.items()):
    (here / name).write_bytes(data)
    image = ImageOps.exif_transpose(Image.open(here / name))
    lines.append(f"{name} {image.width} {image.height} {digest(image.convert('RGB').tobytes())}")
(here.parent / "held.txt").write_text("\n".join(lines) + "\n")
