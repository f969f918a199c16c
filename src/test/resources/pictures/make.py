"""Makes the pictures in this folder and what independent decoders read in them.

Needs Python, pngtopam (libpng) and djpeg (libjpeg-turbo): apt-get install netpbm libjpeg-turbo-progs
expected.zip holds, by the name of the picture, the planes [3, 32, 32] of its pixels over white.
base.jpg, exif6*, gray4*, icc_1_of_2_missing.jpg, jfif_and_adobe_transform0.jpg and wide_16777216x1.png are given.
"""

import random
import struct
import subprocess
import zipfile
import zlib

SIZE = 32
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
KINDS = [(0, b) for b in (1, 2, 4, 8, 16)] + [(3, b) for b in (1, 2, 4, 8)] + [(c, b) for c in (2, 4, 6) for b in (8, 16)]
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def sample(x, y, c, bits):
    """Smooth, so that it compresses; every value of few bits occurs."""
    value = (x * (3 + c) + y * (5 - c) + 17 * c) * 257 * 3 // 4 + x * y * c
    return (value % 65536) >> (16 - bits)


def packed(samples, bits):
    if bits == 16:
        return b"".join(struct.pack(">H", s) for s in samples)
    out, at = bytearray((len(samples) * bits + 7) // 8), 0
    for s in samples:
        out[at // 8] |= s << (8 - bits - at % 8)
        at += bits
    return bytes(out)


def paeth(a, b, c):
    p = a + b - c
    return min((a, b, c), key=lambda v: abs(p - v))


def filtered(rows, step):
    """Each filter in turn."""
    out, above = bytearray(), None
    for n, row in enumerate(rows):
        above = above or bytes(len(row))
        kind = n % 5
        out.append(kind)
        for i, v in enumerate(row):
            a = row[i - step] if i >= step else 0
            c = above[i - step] if i >= step else 0
            b = above[i]
            out.append((v - (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]) % 256)
        above = row
    return bytes(out)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(color, bits, interlaced, transparency):
    n = CHANNELS[color]
    step = max(1, n * bits // 8)
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    data = b""
    for x0, y0, dx, dy in passes:
        rows = [packed([sample(x, y, c, bits) for x in range(x0, SIZE, dx) for c in range(n)], bits) for y in range(y0, SIZE, dy)]
        data += filtered(rows, step)
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, bits, color, 0, 0, interlaced))
    if color == 3:
        colors = random.Random(bits)
        out += chunk(b"PLTE", bytes(colors.randrange(256) for _ in range(3 << bits)))
    if transparency and color == 3:
        out += chunk(b"tRNS", bytes((40 * i) % 256 for i in range((1 << bits) - 1)))
    elif transparency:
        out += chunk(b"tRNS", b"".join(struct.pack(">H", sample(9, 9, c, bits)) for c in range(n)))
    zipped = zlib.compress(data, 9)
    return out + chunk(b"IDAT", zipped[:50]) + chunk(b"IDAT", zipped[50:]) + chunk(b"IEND", b"")


def by_libpng(file, transparent=None):
    """pngtopam passes over the tRNS chunk of RGB: that one colour is compared here."""
    pam = subprocess.run(["pngtopam", "-alphapam"], input=file, stdout=subprocess.PIPE, check=True).stdout
    head, data = pam.split(b"ENDHDR\n", 1)
    fields = dict(line.split(b" ", 1) for line in head.split(b"\n")[1:] if b" " in line)
    depth, top = int(fields[b"DEPTH"]), int(fields[b"MAXVAL"])
    wide = top > 255
    values = struct.unpack(">%dH" % (len(data) // 2), data) if wide else tuple(data)
    planes = [bytearray() for _ in range(3)]
    for i in range(SIZE * SIZE):
        pixel = values[i * depth : (i + 1) * depth]
        alpha = pixel[-1] if depth in (2, 4) else top
        if pixel[:3] == transparent:
            alpha = 0
        for c in range(3):
            v = (2 * 255 * pixel[c if depth > 2 else 0] + top) // (2 * top)
            planes[c].append((2 * (v * alpha + 255 * (top - alpha)) + top) // (2 * top))
    return b"".join(planes)


def by_libjpeg(file):
    # Ends with 2 where it only warns.
    pnm = subprocess.run(["djpeg", "-dct", "int", "-pnm"], input=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    assert pnm.startswith(b"P6\n32 32\n255\n")
    data = pnm[-3 * SIZE * SIZE :]
    return b"".join(data[c::3] for c in range(3))


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def adobe(transform, more=b""):
    return segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform) + more)


def jpegs(base):
    """base.jpg begins with SOI and an APP0 of 18 bytes."""
    jfif, rest = base[2:20], base[20:]
    profile = bytes(range(256)) * 2
    icc = lambda n, of, data=profile: segment(0xE2, b"ICC_PROFILE\0" + bytes([n, of]) + data)
    ids = rest.replace(bytes([1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]), b"R\x22\0G\x11\1B\x11\1")
    ids = ids.replace(bytes([3, 1, 0, 2, 0x11, 3, 0x11]), b"\3R\0G\x11B\x11")
    soi = b"\xff\xd8"
    same = {
        "icc_unsorted": jfif + icc(2, 2) + icc(1, 2),
        "icc_duplicate": jfif + icc(1, 2) + icc(1, 2),
        "icc_of_0": jfif + icc(0, 0),
        "icc_3_of_2": jfif + icc(1, 2) + icc(3, 2),
        "icc_counts_differ": jfif + icc(1, 2) + icc(2, 3),
        "icc_short": jfif + segment(0xE2, b"ICC_PROFILE\0"),
        "icc_empty": jfif + icc(1, 1, b""),
        "icc_no_profile": jfif + icc(1, 1),
        "adobe_1": jfif + adobe(1),
        "adobe_2": jfif + adobe(2),
        "adobe_before_jfif": adobe(0) + jfif,
        "adobe_short": jfif + segment(0xEE, b"Adobe\0"),
        "adobe_long": jfif + adobe(0, b"odd"),
        "adobe_twice": jfif + adobe(0) + adobe(1),
        "adobe_alone": adobe(1),
        "adobe_alone_2": adobe(2),
        "no_marker": b"",
        "exif_damaged": jfif + segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff"),
        "exif_alone": segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"),
        "jfif_short": segment(0xE0, b"JFIF\0\1\1"),
        "jfxx_broken": jfif + segment(0xE0, b"JFXX\0\x10\xff\xd8"),
        "fill_bytes": b"\xff\xff\xff" + jfif + b"\xff\xff" + segment(0xFE, b"comment"),
    }
    files = {name: soi + head + rest for name, head in same.items()}
    files["after_the_end"] = soi + jfif + rest + b"\xff\xda\0\4" * 200
    files["adobe_0_is_rgb"] = soi + adobe(0) + rest
    files["ids_rgb_jfif"] = soi + jfif + ids
    return files


def main():
    expected = {}
    for color, bits in KINDS:
        for interlaced in (0, 1):
            for transparency in (0, 1) if color in (0, 2, 3) else (0,):
                name = "png_%d_%d%s%s.png" % (color, bits, "_interlaced" * interlaced, "_trns" * transparency)
                file = png(color, bits, interlaced, transparency)
                open(name, "wb").write(file)
                rgb = tuple(sample(9, 9, c, bits) for c in range(3)) if color == 2 and transparency else None
                expected[name] = by_libpng(file, rgb)
    base = open("base.jpg", "rb").read()
    expected["base.jpg"] = by_libjpeg(base)
    for name, file in jpegs(base).items():
        open("jpeg_%s.jpg" % name, "wb").write(file)
        expected["jpeg_%s.jpg" % name] = by_libjpeg(file)
    with zipfile.ZipFile("expected.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name in sorted(expected):
            out.writestr(zipfile.ZipInfo(name), expected[name], zipfile.ZIP_DEFLATED)


main()
