package dev.resnet.api;

import dev.resnet.memory.MemoryBudget;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Reserves memory for a body in the shared budget when the body is first read, which is after
 * access has been granted. Releases it when the request ends, whatever the outcome.
 */
final class BodyMemoryFilter extends OncePerRequestFilter {
  private final MemoryBudget budget;
  private final Duration maxTime;
  private final HandlerExceptionResolver resolver;

  /**
   * @param maxTime how long a body may take to arrive
   * @param resolver renders a refusal like any other error
   */
  BodyMemoryFilter(MemoryBudget budget, Duration maxTime, HandlerExceptionResolver resolver) {
    this.budget = budget;
    this.maxTime = maxTime;
    this.resolver = resolver;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    BodyLimit limit = (BodyLimit) request.getAttribute(BodyLimit.class.getName());
    if (limit != null && limit.toDisk()) {
      chain.doFilter(request, response);
      return;
    }
    long largest = limit == null ? Long.MAX_VALUE : limit.size().toBytes();
    var body = new BodyMemory(request, budget, largest, maxTime, System::nanoTime);
    try {
      chain.doFilter(new CountedRequest(request, body), response);
    } catch (ProblemException e) {
      // A filter inside this one has read the body.
      if (response.isCommitted()) {
        throw e;
      }
      resolver.resolveException(request, response, null, e);
    } finally {
      if (request.isAsyncStarted()) {
        request.getAsyncContext().addListener(new Release(body));
      } else {
        body.close();
      }
    }
  }

  private static final class CountedRequest extends HttpServletRequestWrapper {
    private final BodyMemory body;

    CountedRequest(HttpServletRequest request, BodyMemory body) {
      super(request);
      this.body = body;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      body.begin();
      return new CountedStream(super.getInputStream(), body);
    }

    @Override
    public BufferedReader getReader() throws IOException {
      String encoding = getCharacterEncoding();
      Charset charset = encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
      return new BufferedReader(new InputStreamReader(getInputStream(), charset));
    }

    @Override
    public Collection<Part> getParts() throws IOException, ServletException {
      body.begin();
      return super.getParts();
    }

    @Override
    public Part getPart(String name) throws IOException, ServletException {
      body.begin();
      return super.getPart(name);
    }
  }

  private static final class CountedStream extends WatchedStream {
    private final BodyMemory body;

    CountedStream(ServletInputStream in, BodyMemory body) {
      super(in, in);
      this.body = body;
    }

    @Override
    void read(int bytes) {
      if (bytes < 0) {
        body.end();
      } else {
        body.count(bytes);
      }
    }
  }

  /** Releases the memory at the end of an asynchronous request. */
  private record Release(BodyMemory body) implements AsyncListener {
    @Override
    public void onComplete(AsyncEvent event) {
      body.close();
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {
      event.getAsyncContext().addListener(this);
    }
  }
}
