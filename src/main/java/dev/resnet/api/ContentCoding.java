package dev.resnet.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/** The compression of a request's body (RFC 9110, section 8.4). */
enum ContentCoding {
  IDENTITY,
  GZIP,
  /** The zlib format, as RFC 9110 defines the name. */
  DEFLATE;

  /** Both names mean the same (RFC 9110, section 8.4.1.3). */
  private static final List<String> GZIP_NAMES = List.of("gzip", "x-gzip");

  /**
   * Compressed bytes that hold no content: headers, names, empty members and empty blocks. A gzip
   * header may be endless, and the decoder keeps it in memory. This is not a setting, because
   * legitimate bodies stay far below it.
   */
  private static final int OVERHEAD = 64 << 10;

  /**
   * The coding of a request's body.
   *
   * @throws ProblemException 415, with a header that names the supported codings
   */
  static ContentCoding of(HttpServletRequest request, HttpServletResponse response) {
    List<String> codings =
        Collections.list(request.getHeaders(HttpHeaders.CONTENT_ENCODING)).stream()
            .flatMap(header -> List.of(header.split(",")).stream())
            .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
            .filter(coding -> !coding.isEmpty() && !coding.equals("identity"))
            .toList();
    if (codings.isEmpty() || !hasBody(request)) {
      return IDENTITY;
    }
    if (codings.size() == 1 && GZIP_NAMES.contains(codings.get(0))) {
      return GZIP;
    }
    if (codings.equals(List.of("deflate"))) {
      return DEFLATE;
    }
    response.setHeader(HttpHeaders.ACCEPT_ENCODING, "gzip, deflate");
    throw new ProblemException(
        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body has the content coding '%s'; send it as it is, or with 'Content-Encoding: gzip' or 'deflate'."
            .formatted(Problems.abbreviated(String.join(", ", codings))));
  }

  private static boolean hasBody(HttpServletRequest request) {
    return request.getContentLengthLong() > 0
        || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
        || ClientConnection.isWithoutLength(request);
  }

  /**
   * The decoded body. Reading a damaged one throws {@link ProblemException}.
   *
   * @param limit for the decoded bytes; the limit for the compressed bytes is slightly higher
   */
  InputStream decoded(InputStream body, BodyLimit limit) {
    return this == IDENTITY ? body : new Decoded(body, limit, this);
  }

  /**
   * The most compressed bytes that a legitimate body at the limit needs. Content that does not
   * compress is stored in blocks of 16 kB or more with 5 bytes before each: 0.03 %.
   */
  static long most(BodyLimit limit) {
    long content = limit.size().toBytes();
    return content + content / 1000 + OVERHEAD;
  }

  /** Distinguishes damaged data, the client's error, from a lost connection. */
  private static final class Decoded extends InputStream {
    private final Source source;
    private @Nullable InputStream decoded;

    private final ContentCoding coding;

    Decoded(InputStream body, BodyLimit limit, ContentCoding coding) {
      this.coding = coding;
      source = new Source(body, limit);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      source.idle = 0;
      try {
        if (decoded == null) {
          // Created here, because the constructor reads the header. True: reads all gzip members.
          decoded =
              coding == GZIP
                  ? new GzipCompressorInputStream(source, true)
                  : new InflaterInputStream(source);
        }
        return decoded.read(buffer, offset, length);
      } catch (IOException e) {
        if (source.broken) {
          throw e;
        }
        throw new ProblemException(
            HttpStatus.BAD_REQUEST,
            "The body can't be decompressed: 'Content-Encoding' says %1$s, but the data is damaged, cut off, or not %1$s."
                .formatted(coding.name().toLowerCase(Locale.ROOT)));
      }
    }
  }

  /** Counts the compressed bytes. */
  private static final class Source extends FilterInputStream {
    private final BodyLimit limit;
    private boolean broken;
    private long count;

    /** Compressed bytes read since the decoder last returned. */
    private long idle;

    Source(InputStream in, BodyLimit limit) {
      super(in);
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read;
      try {
        read = super.read(buffer, offset, length);
      } catch (IOException e) {
        broken = true;
        throw e;
      }
      count += Math.max(0, read);
      idle += Math.max(0, read);
      if (count > most(limit)) {
        throw limit.exceeded();
      }
      if (idle > OVERHEAD) {
        throw new ProblemException(
            HttpStatus.BAD_REQUEST,
            "The body can't be decompressed: more than %d kB of it hold no content."
                .formatted(OVERHEAD >> 10));
      }
      return read;
    }
  }
}
