package dev.resnet.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/** How a request's body is compressed (RFC 9110, section 8.4). */
enum ContentCoding {
  IDENTITY,
  GZIP;

  /** Both names mean the same (RFC 9110, section 8.4.1.3). */
  private static final List<String> GZIP_NAMES = List.of("gzip", "x-gzip");

  /**
   * The coding of a request's body.
   *
   * @throws ProblemException 415, with the header that names the codings that would do
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
    response.setHeader(HttpHeaders.ACCEPT_ENCODING, "gzip");
    throw new ProblemException(
        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body has the content coding '%s'; send it as it is, or with 'Content-Encoding: gzip'."
            .formatted(Problems.abbreviated(String.join(", ", codings))));
  }

  private static boolean hasBody(HttpServletRequest request) {
    return request.getContentLengthLong() > 0
        || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
  }

  /** A body of this coding as its sender meant it; a damaged one is a {@link ProblemException}. */
  InputStream decoded(InputStream body) {
    return this == GZIP ? new Gunzip(body) : body;
  }

  /** Tells damaged data, which is the client's affair, from a connection that broke off. */
  private static final class Gunzip extends InputStream {
    private final Source source;
    private @Nullable InputStream decoded;

    Gunzip(InputStream body) {
      source = new Source(body);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        if (decoded == null) {
          // Here, since the header is read at once. Members that follow the first belong to it.
          decoded = new GzipCompressorInputStream(source, true);
        }
        return decoded.read(buffer, offset, length);
      } catch (IOException e) {
        if (source.broken) {
          throw e;
        }
        throw new ProblemException(
            HttpStatus.BAD_REQUEST,
            "The body can't be decompressed: 'Content-Encoding' says gzip, but the data is damaged,"
                + " cut off, or not gzip.");
      }
    }
  }

  private static final class Source extends FilterInputStream {
    private boolean broken;

    Source(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        broken = true;
        throw e;
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (IOException e) {
        broken = true;
        throw e;
      }
    }
  }
}
