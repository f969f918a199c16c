package dev.resnet.data.download;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * An HTTP server on a bare socket, which can do what a well-behaved one can't: break off in the
 * middle, fall silent, ignore a range. Each connection takes one request and plays the next act;
 * the last one is repeated.
 */
public final class ScriptedServer implements AutoCloseable {
  static final String ETAG = "\"v1\"";

  /** Answers one request. */
  @FunctionalInterface
  public interface Act {
    void play(Map<String, String> headers, OutputStream out) throws IOException;
  }

  private final ServerSocket socket;
  private final Queue<Act> acts;
  private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  public ScriptedServer(Act... acts) {
    this.acts = new ArrayDeque<>(Arrays.asList(acts));
    try {
      socket = new ServerSocket(0, 16, InetAddress.getByName("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread thread = new Thread(this::serve, "scripted-server");
    thread.setDaemon(true);
    thread.start();
  }

  /** Serves ranges as it should. */
  public static Act whole(byte[] content) {
    return breakingOffAfter(Integer.MAX_VALUE, content);
  }

  /** Serves ranges as it should, but closes the connection after so many bytes of the body. */
  public static Act breakingOffAfter(int bytes, byte[] content) {
    return (headers, out) -> {
      int from = rangeOf(headers);
      String head =
          from > 0
              ? head(
                  "206 Partial Content",
                  content.length - from,
                  "ETag: " + ETAG,
                  "Content-Range: bytes %d-%d/%d"
                      .formatted(from, content.length - 1, content.length))
              : head("200 OK", content.length, "ETag: " + ETAG);
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(content, from, Math.min(bytes, content.length - from));
    };
  }

  /** Knows nothing of ranges, and breaks off after so many bytes. */
  static Act ignoringRanges(int bytes, byte[] content, String... headers) {
    return (request, out) -> {
      out.write(head("200 OK", content.length, headers).getBytes(StandardCharsets.US_ASCII));
      out.write(content, 0, Math.min(bytes, content.length));
    };
  }

  public static Act status(String status, String... headers) {
    return (request, out) ->
        out.write(head(status, 0, headers).getBytes(StandardCharsets.US_ASCII));
  }

  /** Plays an act, then keeps the connection open without another byte. */
  Act thenSilent(Act act) {
    return (headers, out) -> {
      act.play(headers, out);
      out.flush();
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  public URI address() {
    return URI.create("http://127.0.0.1:%d/set.tar.gz".formatted(socket.getLocalPort()));
  }

  /** The headers of each request so far, by lower-case names. */
  public List<Map<String, String>> requests() {
    return requests;
  }

  static String head(String status, long length, String... headers) {
    var head = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
    head.append("Content-Length: ").append(length).append("\r\nConnection: close\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  /** 0 where none is asked for, or not of this version. */
  private static int rangeOf(Map<String, String> headers) {
    String range = headers.get("range");
    return range == null || !ETAG.equals(headers.get("if-range"))
        ? 0
        : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
  }

  private void serve() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        Act act = acts.size() > 1 ? acts.remove() : acts.element();
        Thread thread = new Thread(() -> answer(connection, act), "scripted-answer");
        thread.setDaemon(true);
        thread.start();
      } catch (SocketException e) {
        return; // closed
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void answer(Socket connection, Act act) {
    try (connection) {
      var in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
      Map<String, String> headers = new TreeMap<>();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        int colon = line.indexOf(": ");
        if (colon > 0) {
          headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
        }
      }
      requests.add(headers);
      act.play(headers, connection.getOutputStream());
    } catch (SocketException e) {
      // The client went away, as it may.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    socket.close();
  }
}
