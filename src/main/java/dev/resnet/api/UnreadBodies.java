package dev.resnet.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Reads the rest of a refused body over HTTP/2 before the error is sent; over HTTP/1.1 Tomcat does
 * so itself. Otherwise Tomcat resets the stream after the answer, which is allowed, but many
 * clients look for an answer only after they have sent the body: Java's waits for ever, and curl
 * reports none.
 */
final class UnreadBodies extends OncePerRequestFilter {
  private static final Logger LOG = LoggerFactory.getLogger(UnreadBodies.class);

  private final long maxBytes;
  private final Duration maxTime;
  private final LongSupplier nanoTime;

  /**
   * @param maxBytes of a body; the stream of a larger one is reset
   * @param maxTime that a client may keep a thread with a body that nobody reads
   */
  UnreadBodies(long maxBytes, Duration maxTime, LongSupplier nanoTime) {
    this.maxBytes = maxBytes;
    this.maxTime = maxTime;
    this.nanoTime = nanoTime;
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return !"HTTP/2.0".equals(request.getProtocol()) || request.getContentLengthLong() == 0;
  }

  @Override
  protected boolean shouldNotFilterErrorDispatch() {
    return false;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    var tomcat = Abort.tomcat(request);
    if (tomcat.isEmpty()) {
      chain.doFilter(request, response);
    } else {
      chain.doFilter(request, new Answer(response, tomcat.get().getCoyoteRequest()));
    }
  }

  /** Once the whole answer is written, Tomcat ends the stream; so the body is read before. */
  private final class Answer extends HttpServletResponseWrapper {
    private final Request request;
    private boolean drained;

    Answer(HttpServletResponse response, Request request) {
      super(response);
      this.request = request;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
      if (!drained && getStatus() >= 400) {
        drained = true;
        drain();
      }
      return super.getOutputStream();
    }

    /** Bytes that have arrived. */
    private int available() {
      request.action(ActionCode.AVAILABLE, false);
      return request.getAvailable();
    }

    private void drain() {
      if (request.getHeader(HttpHeaders.EXPECT) != null && available() == 0) {
        return; // This client waits for an answer before it sends the body.
      }
      long start = nanoTime.getAsLong();
      var sink = new Sink();
      try {
        for (long read = Math.max(0, request.getContentLengthLong()); read <= maxBytes; ) {
          int bytes = request.doRead(sink);
          if (bytes < 0 || nanoTime.getAsLong() - start > maxTime.toNanos()) {
            return;
          }
          read += request.getContentLengthLong() < 0 ? bytes : 0;
        }
      } catch (IOException e) {
        LOG.debug("the client ended its request", e);
      }
    }
  }

  /** Tomcat puts what it has read here. */
  private static final class Sink implements ApplicationBufferHandler {
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    @Override
    public void setByteBuffer(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public ByteBuffer getByteBuffer() {
      return buffer;
    }

    @Override
    public void expand(int size) {}
  }
}
