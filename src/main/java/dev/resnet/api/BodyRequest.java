package dev.resnet.api;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body is decompressed and counted while it is read. The limit applies to the
 * decompressed bytes, because those take the memory.
 */
final class BodyRequest extends HttpServletRequestWrapper {
  /** Headers that describe the compressed body. */
  private static final Set<String> OF_THE_CODING = Set.of("content-encoding", "content-length");

  private final BodyLimit limit;
  private final ContentCoding coding;
  private @Nullable ServletInputStream stream;

  BodyRequest(HttpServletRequest request, BodyLimit limit, ContentCoding coding) {
    super(request);
    this.limit = limit;
    this.coding = coding;
  }

  @Override
  public ServletInputStream getInputStream() throws IOException {
    if (stream == null) {
      ServletInputStream in = super.getInputStream();
      stream = new LimitedStream(in, coding.decoded(in, limit), limit);
    }
    return stream;
  }

  @Override
  public BufferedReader getReader() throws IOException {
    String encoding = getCharacterEncoding();
    Charset charset = encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
    return new BufferedReader(new InputStreamReader(getInputStream(), charset));
  }

  @Override
  public int getContentLength() {
    return isCoded() ? -1 : super.getContentLength();
  }

  @Override
  public long getContentLengthLong() {
    return isCoded() ? -1 : super.getContentLengthLong();
  }

  @Override
  public @Nullable String getHeader(String name) {
    return isHidden(name) ? null : super.getHeader(name);
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    return isHidden(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
  }

  @Override
  public int getIntHeader(String name) {
    return isHidden(name) ? -1 : super.getIntHeader(name);
  }

  @Override
  public Enumeration<String> getHeaderNames() {
    List<String> names = Collections.list(super.getHeaderNames());
    return Collections.enumeration(names.stream().filter(name -> !isHidden(name)).toList());
  }

  private boolean isCoded() {
    return coding != ContentCoding.IDENTITY;
  }

  private boolean isHidden(String header) {
    return isCoded() && OF_THE_CODING.contains(header.toLowerCase(Locale.ROOT));
  }

  private static final class LimitedStream extends WatchedStream {
    private final BodyLimit limit;
    private long count;

    LimitedStream(ServletInputStream source, InputStream in, BodyLimit limit) {
      super(source, in);
      this.limit = limit;
    }

    @Override
    void read(int bytes) {
      count += Math.max(0, bytes);
      if (count > limit.size().toBytes()) {
        throw limit.exceeded();
      }
    }
  }
}
