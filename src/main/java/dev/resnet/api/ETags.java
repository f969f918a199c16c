package dev.resnet.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * ETags of metadata: a hash of the answer's body, so an unchanged answer is not sent again. They
 * are weak, because the same answer may be sent compressed or not.
 */
final class ETags extends ShallowEtagHeaderFilter {
  private final List<PathPattern> paths;

  ETags(List<ConditionalGet> paths) {
    this.paths =
        paths.stream()
            .flatMap(conditional -> conditional.pathPatterns().stream())
            .map(PathPatternParser.defaultInstance::parse)
            .toList();
    setWriteWeakETag(true);
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    if (!request.getMethod().equals("GET")) {
      return true;
    }
    var path =
        PathContainer.parsePath(
            request.getRequestURI().substring(request.getContextPath().length()));
    return paths.stream().noneMatch(pattern -> pattern.matches(path));
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    // A client may keep the answer for itself, and asks each time whether it still holds.
    response.setHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache");
    super.doFilterInternal(request, response, chain);
  }
}
