package dev.resnet.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Refuses bodies that are too large: before the first byte is read if the length is declared,
 * otherwise as soon as the limit is exceeded. The servlet container limits only forms. Compressed
 * bodies are decompressed here; the limit applies to the decompressed bytes.
 */
final class BodyLimitFilter extends OncePerRequestFilter {
  private final BodyLimit everywhereElse;
  private final List<Map.Entry<PathPattern, BodyLimit>> limits;
  private final HandlerExceptionResolver resolver;

  /**
   * @param everywhereElse the limit for paths that no other limit matches
   * @param resolver renders the refusal like any other error
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
    BodyRequest limited;
    try {
      limited = limited(request, response);
    } catch (ProblemException e) {
      resolver.resolveException(request, response, null, e);
      return;
    }
    chain.doFilter(limited, response);
  }

  private BodyRequest limited(HttpServletRequest request, HttpServletResponse response) {
    BodyLimit limit = limit(request);
    request.setAttribute(BodyLimit.class.getName(), limit); // BodyMemoryFilter reads it.
    ContentCoding coding = ContentCoding.of(request, response);
    var limited = new BodyRequest(request, limit, coding);
    long most =
        coding == ContentCoding.IDENTITY ? limit.size().toBytes() : ContentCoding.most(limit);
    if (request.getContentLengthLong() > most) {
      throw limit.exceeded();
    }
    return limited;
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
}
