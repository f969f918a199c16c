"""Makes the GIF, BMP, TIFF, WebP and CMYK files in this folder and what other decoders read in them.

Needs Python with Pillow and NumPy, and cwebp, dwebp, webpmux (libwebp): apt-get install webp
expected_formats.zip holds, by the name of the picture, the planes [3, size, size] of its pixels over white. Files that begin with
"large" are 96×96, the others 32×32.
"""

import os
import subprocess
import tempfile
import zipfile

import numpy as np
from PIL import Image

EXPECTED = {}


def over_white(image):
    a = np.asarray(image.convert("RGBA")).astype(int)
    alpha = a[..., 3:4]
    return ((2 * (a[..., :3] * alpha + 255 * (255 - alpha)) + 255) // 510).astype("uint8")


def expect(name, pixels):
    EXPECTED[name] = np.ascontiguousarray(pixels.transpose(2, 0, 1)).tobytes()


def save(name, image, want=None, **options):
    image.save(name, **options)
    expect(name, over_white(want if want is not None else Image.open(name)))


def run(*command):
    subprocess.run([str(c) for c in command], check=True, stderr=subprocess.DEVNULL)


def photo(size):
    y, x = np.mgrid[0:size, 0:size]
    channels = [128 + 100 * np.sin(x / 5) + 20 * np.cos(y / 3), 128 + 90 * np.sin(x / 7 + y / 5), 100 + x + y / 2]
    return Image.fromarray(np.stack(channels, -1).clip(0, 255).astype("uint8"))


rgb = photo(32)
y, x = np.mgrid[0:32, 0:32]
rgba = rgb.copy()
rgba.putalpha(Image.fromarray(((x * 7 + y * 9) % 256).astype("uint8")))
grey, palette, few, two = rgb.convert("L"), rgb.quantize(200), rgb.quantize(16), rgb.convert("1", dither=0)

for kind, image in {"rgb": rgb, "rgba": rgba, "grey": grey, "palette": palette, "bits": two}.items():
    for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        save(f"tiff_{kind}_{compression or 'plain'}.tif".replace("tiff_adobe_", "").replace("_tiff_", "_"), image, want=image, compression=compression)
save("tiff_cmyk.tif", rgb.convert("CMYK"), compression="tiff_lzw")
for compression in ("tiff_lzw", "tiff_adobe_deflate"):
    save(f"tiff_differences_{compression[-3:]}.tif", rgb, want=rgb, compression=compression, tiffinfo={317: 2, 278: 5})
save("tiff_orientation.tif", rgb, want=rgb.transpose(Image.ROTATE_270), tiffinfo={274: 6})
words = (np.asarray(rgb)[..., 0].astype("uint16") * 257 + (x * 13 % 200).astype("uint16"))
Image.fromarray(words).save("tiff_words.tif")
expect("tiff_words.tif", np.repeat((2 * 255 * words.astype(int)[..., None] + 65535) // (2 * 65535), 3, -1).astype("uint8"))

for kind, image in {"rgb": rgb, "grey": grey, "palette": palette, "bits": two}.items():
    save(f"bmp_{kind}.bmp", image, want=image)
save("bmp_rgba.bmp", rgba)

save("gif_plain.gif", palette, want=palette, interlace=0)
save("gif_interlaced.gif", palette, want=palette, interlace=1)
save("gif_grey.gif", grey, want=grey)
save("gif_transparent.gif", palette, transparency=5)
palette.save("gif_animated.gif", save_all=True, append_images=[grey, rgb.rotate(90).quantize(32)])
expect("gif_animated.gif", over_white(palette))

for kind, image in {"rgb": rgb, "rgba": rgba, "few": few.convert("RGB"), "two": two.convert("RGB"), "palette": palette.convert("RGB")}.items():
    for method in (0, 6):
        save(f"webp_{kind}_{method}.webp", image, want=image, lossless=True, method=method, exact=True)
noise = np.random.RandomState(3).randint(0, 6, (96, 96, 3))
large = Image.fromarray((np.asarray(photo(96)).astype(int) // 8 * 8 + noise * (np.arange(96)[:, None, None] > 48)).clip(0, 255).astype("uint8"))
save("large_groups.webp", large, want=large, lossless=True, method=6, quality=100, exact=True)
rgba.save("webp_animated.webp", save_all=True, append_images=[rgb.convert("RGBA").rotate(90)], lossless=True, exact=True)
expect("webp_animated.webp", over_white(rgba))
with tempfile.TemporaryDirectory() as folder:
    part = os.path.join(folder, "part.webp")
    rgba.crop((0, 0, 20, 22)).save(part, lossless=True, exact=True)
    run("webpmux", "-frame", part, "+100+12+10+0+b", "-frame", part, "+100+0+0+0+b", "-o", "webp_offset.webp")
    expect("webp_offset.webp", over_white(Image.open("webp_offset.webp")))
    png = os.path.join(folder, "rgba.png")
    rgba.save(png)
    for method in (0, 1):
        for filter in ("none", "best"):
            name = f"lossy_alpha_{filter}_{method}.webp"
            run("cwebp", "-quiet", "-q", 90, "-alpha_method", method, "-alpha_filter", filter, "-exact", png, "-o", name)
    rgb.save(png)
    for quality in (50, 95):
        run("cwebp", "-quiet", "-q", quality, png, "-o", f"lossy_{quality}.webp")
    for name in sorted(f for f in os.listdir() if f.startswith("lossy_")):
        run("dwebp", "-quiet", "-nofancy", name, "-o", png)
        expect(name, over_white(Image.open(png)))

rgb.convert("CMYK").save("cmyk.jpg", quality=95)
adobe = bytes([0, 14]) + b"Adobe" + bytes([0, 100, 0, 0, 0, 0])
with open("cmyk.jpg", "rb") as plain, open("ycck.jpg", "wb") as converted:
    content = plain.read()
    assert adobe + bytes([0]) in content
    # The same samples, read as luma and chroma: the colours differ, but all decoders must agree on them.
    converted.write(content.replace(adobe + bytes([0]), adobe + bytes([2])))
for name in ("cmyk.jpg", "ycck.jpg"):
    expect(name, np.asarray(Image.open(name).convert("RGB")))

with zipfile.ZipFile("expected_formats.zip", "w", zipfile.ZIP_DEFLATED) as out:
    for name, planes in sorted(EXPECTED.items()):
        out.writestr(zipfile.ZipInfo(name), planes, zipfile.ZIP_DEFLATED)
