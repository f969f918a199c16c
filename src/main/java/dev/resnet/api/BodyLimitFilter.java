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
 * Refuses a body that is too large: by its announced length before a byte of it is read, or else as
 * soon as it turns out to be. The servlet container only limits forms. Compressed bodies are
 * decoded here, and counted after that.
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
    request.setAttribute(BodyLimit.class.getName(), limit); // For BodyMemoryFilter.
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
