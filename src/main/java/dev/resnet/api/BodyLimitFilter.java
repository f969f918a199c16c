package dev.resnet.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Refuses a body that is too large: by its announced length before a byte of it is read, or else as
 * soon as it turns out to be. The servlet container only limits forms.
 */
final class BodyLimitFilter extends OncePerRequestFilter {
  private final BodyLimit everywhereElse;
  private final List<Map.Entry<PathPattern, BodyLimit>> limits;
  private final HandlerExceptionResolver resolver;

  /**
   * @param everywhereElse of the paths that no other limit matches
   * @param resolver renders the refusal as any other error
   */
  BodyLimitFilter(
      BodyLimit everywhereElse, List<BodyLimit> limits, HandlerExceptionResolver resolver) {
    this.everywhereElse = everywhereElse;
    this.limits =
        limits.stream()
            .map(
                limit ->
                    Map.entry(PathPatternParser.defaultInstance.parse(limit.pathPattern()), limit))
            .sorted(Map.Entry.comparingByKey(PathPattern.SPECIFICITY_COMPARATOR))
            .toList();
    this.resolver = resolver;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    BodyLimit limit = limit(request);
    request.setAttribute(BodyLimit.class.getName(), limit); // For BodyMemoryFilter.
    if (request.getContentLengthLong() > limit.size().toBytes()) {
      resolver.resolveException(request, response, null, limit.exceeded());
    } else {
      chain.doFilter(new LimitedRequest(request, limit), response);
    }
  }

  private BodyLimit limit(HttpServletRequest request) {
    PathContainer path =
        PathContainer.parsePath(
            request.getRequestURI().substring(request.getContextPath().length()));
    return limits.stream()
        .filter(entry -> entry.getKey().matches(path))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(everywhereElse);
  }

  private static final class LimitedRequest extends HttpServletRequestWrapper {
    private final BodyLimit limit;

    LimitedRequest(HttpServletRequest request, BodyLimit limit) {
      super(request);
      this.limit = limit;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      return new LimitedStream(super.getInputStream(), limit);
    }

    @Override
    public BufferedReader getReader() throws IOException {
      String encoding = getCharacterEncoding();
      Charset charset = encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
      return new BufferedReader(new InputStreamReader(getInputStream(), charset));
    }
  }

  private static final class LimitedStream extends ServletInputStream {
    private final ServletInputStream in;
    private final BodyLimit limit;
    private long count;

    LimitedStream(ServletInputStream in, BodyLimit limit) {
      this.in = in;
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      counted(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = in.read(buffer, offset, length);
      counted(Math.max(0, read));
      return read;
    }

    private void counted(int read) {
      count += read;
      if (count > limit.size().toBytes()) {
        throw limit.exceeded();
      }
    }

    @Override
    public boolean isFinished() {
      return in.isFinished();
    }

    @Override
    public boolean isReady() {
      return in.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      in.setReadListener(listener);
    }
  }
}
