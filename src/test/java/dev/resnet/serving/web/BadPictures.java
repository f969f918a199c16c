package dev.resnet.serving.web;

import static dev.resnet.serving.web.BadRequest.changed;
import static dev.resnet.serving.web.BadRequest.classify;
import static dev.resnet.serving.web.BadRequest.cut;
import static dev.resnet.serving.web.BadRequest.latin;
import static dev.resnet.serving.web.BadRequest.picture;
import static dev.resnet.serving.web.BadRequest.post;
import static dev.resnet.serving.web.BadRequest.resource;
import static dev.resnet.serving.web.BadRequest.utf8;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.resnet.pictures.Png;
import java.util.List;

/** Files that are no usable images: damaged, mislabelled, too large, or with sizes that lie. */
final class BadPictures {
  private static final byte[] PNG = Png.plain(32, 32, 10, 20, 30);
  private static final byte[] JPEG = resource("base.jpg");
  private static final byte[] GIF = resource("gif_plain.gif");
  private static final byte[] BMP = resource("bmp_rgb.bmp");
  private static final byte[] TIFF = resource("tiff_rgb_plain.tif");
  private static final byte[] WEBP = resource("webp_rgb_0.webp");
  private static final byte[] LOSSY = resource("lossy_50.webp");

  private static final String DAMAGED = "damaged, truncated";

  private BadPictures() {}

  static List<BadRequest> all() {
    return List.of(
        picture("PNG, only the signature", cut(PNG, 8), "truncated PNG"),
        picture("PNG, cut in its header", cut(PNG, 20), "truncated PNG"),
        picture("PNG, cut in its pixels", cut(PNG, PNG.length - 30), "truncated PNG"),
        picture("PNG with a wrong checksum", changed(PNG, 20, 9), "checksum of its IHDR"),
        picture(
            "PNG with a chunk of 2 GB", changed(PNG, 8, 0x7f, 0xff, 0xff, 0xff), "truncated PNG"),
        picture("PNG with too few rows", Png.of(32, 32, 8, Png.RGB).zeros(97 * 31), "fewer pixels"),
        picture(
            "PNG with an unknown filter",
            Png.of(32, 32, 8, Png.RGB).filtered(filter(9)),
            "unknown filter"),
        picture("PNG of 3 bits a channel", Png.of(32, 32, 3, Png.RGB).zeros(97 * 32), "bit depth"),
        picture("PNG of no columns", Png.of(0, 32, 8, Png.RGB).zeros(32), "has no size"),
        picture("PNG of 2^31 columns", Png.of(1 << 31, 1, 8, Png.RGB).zeros(9), "no size"),
        picture(
            "PNG bomb of 900 megapixels",
            Png.of(30_000, 30_000, 8, Png.RGB).zeros(99),
            "max-pixels"),
        resized("PNG bomb, resized", Png.of(30_000, 30_000, 8, Png.RGB).zeros(99), "max-pixels"),
        picture("PNG of another size", Png.plain(31, 32, 1, 2, 3), "resize=true"),
        picture("JPEG, cut in its tables", cut(JPEG, 100), "truncated JPEG"),
        resized("JPEG, only two markers", latin("\u00ff\u00d8\u00ff\u00d9"), "truncated JPEG"),
        resized(
            "JPEG with a segment of no length",
            latin("\u00ff\u00d8\u00ff\u00e0\0\0"),
            "truncated JPEG"),
        resized("JPEG bomb of 4 gigapixels", frame(0xff, 0xff, 0xff, 0xff), "max-pixels"),
        resized("JPEG of no rows", frame(0, 0, 0, 32), "has no size"),
        picture("GIF, only its header", cut(GIF, 13), DAMAGED),
        picture("GIF, cut in its pixels", cut(GIF, 900), "truncated GIF"),
        picture("GIF bomb in its frame", changed(GIF, 6, 0xff, 0xff, 0xff, 0xff), "max-pixels"),
        picture("BMP, cut in its pixels", cut(BMP, 500), "truncated BMP"),
        picture(
            "BMP whose pixels begin behind its end",
            changed(BMP, 10, 0, 0, 0, 0x40),
            "truncated BMP"),
        picture("BMP of -2^31 rows", changed(BMP, 22, 0, 0, 0, 0x80), "no size"),
        picture("TIFF without a directory", cut(TIFF, 8), "truncated TIFF"),
        picture("TIFF whose directory is itself", changed(TIFF, 4, 4, 0, 0, 0), "no size"),
        picture("BigTIFF", latin("II+\0\b\0\0\0\20\0\0\0\0\0\0\0"), "BigTIFF"),
        picture("WebP, cut in its pixels", cut(WEBP, WEBP.length / 2), "truncated WebP"),
        picture(
            "WebP of 16384 columns in its header",
            changed(WEBP, 21, 0xff, 0xff, 0xff, 0x0f),
            "max-pixels"),
        picture("WebP, lossy, cut in its pixels", cut(LOSSY, LOSSY.length / 2), "truncated WebP"),
        picture("text called PNG", utf8("Lorem ipsum"), "is not a PNG"),
        classify("HTML called JPEG", "image/jpeg", utf8("<html></html>"), 422, "is not a PNG"),
        classify("SVG", "image/svg+xml", utf8("<svg/>"), 415, "image/svg+xml"),
        classify("PDF", "application/pdf", utf8("%PDF-1.7"), 415, "image/png"),
        picture("photograph of a telephone", latin("\0\0\0\30ftypheic\0\0\0\0"), "HEIC"),
        picture("zip called PNG", latin("PK\3\4\24\0\0\0"), "is not a PNG"),
        picture("zeros", new byte[1000], "is not a PNG"),
        classify("nothing", "image/png", new byte[0], 400, "body is empty"),
        classify("PNG called JPEG is a PNG", "image/jpeg", PNG, 200, "predictions"),
        classify(
            "PNG of no type is a PNG",
            "application/x-www-form-urlencoded",
            PNG,
            200,
            "predictions"));
  }

  private static BadRequest resized(String name, byte[] body, String word) {
    return post(name, BadRequest.CLASSIFY + "?resize=true", body, 422, word);
  }

  /** 32 rows of zeros, of which the first has this filter. */
  private static byte[] filter(int filter) {
    byte[] rows = new byte[97 * 32];
    rows[0] = (byte) filter;
    return rows;
  }

  /** A JPEG with this height and width in its header. */
  private static byte[] frame(int... size) {
    int frame = new String(JPEG, ISO_8859_1).indexOf("\u00ff\u00c0");
    return changed(JPEG, frame + 5, size);
  }
}
