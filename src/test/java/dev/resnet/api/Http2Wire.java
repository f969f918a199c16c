package dev.resnet.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A client of HTTP/2 that does what it is told, also what no proper client does. Frames are those
 * of RFC 9113; header fields are sent as literals (RFC 7541, section 6.2.2).
 */
public final class Http2Wire implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int GOAWAY = 7;

  /** Settings. */
  public static final int MAX_CONCURRENT_STREAMS = 3;

  public static final int INITIAL_WINDOW_SIZE = 4;

  /** Errors. */
  public static final int REFUSED_STREAM = 7;

  public static final int CANCEL = 8;
  public static final int ENHANCE_YOUR_CALM = 11;

  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private int next = 1;

  /** A frame from the server. */
  public record Frame(int type, int flags, int stream, byte[] payload) {
    /** The error of a RST_STREAM. */
    public int error() {
      return ByteBuffer.wrap(payload).getInt();
    }

    /** The settings by their number. */
    public Map<Integer, Integer> settings() {
      var settings = new TreeMap<Integer, Integer>();
      for (ByteBuffer in = ByteBuffer.wrap(payload); in.hasRemaining(); ) {
        settings.put((int) in.getShort(), in.getInt());
      }
      return settings;
    }
  }

  /** Connects without TLS. */
  public Http2Wire(int port) throws IOException {
    this(new Socket("127.0.0.1", port));
  }

  /** Sends empty settings over this connection. */
  public Http2Wire(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(20_000);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    send(SETTINGS, 0, 0, new byte[0]);
  }

  private void send(int type, int flags, int stream, byte[] payload) throws IOException {
    var frame = ByteBuffer.allocate(9 + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
    out.write(frame.array());
  }

  /**
   * Sends the headers of a request.
   *
   * @param ends whether no body follows
   * @param headers names and values, in turn
   * @return the stream
   */
  public int request(String method, String path, boolean ends, String... headers)
      throws IOException {
    var fields = new ByteArrayOutputStream();
    literal(fields, ":method", method);
    literal(fields, ":scheme", "http");
    literal(fields, ":path", path);
    literal(fields, ":authority", "localhost");
    for (int i = 0; i < headers.length; i += 2) {
      literal(fields, headers[i], headers[i + 1]);
    }
    int stream = next;
    next += 2;
    send(HEADERS, END_HEADERS | (ends ? END_STREAM : 0), stream, fields.toByteArray());
    return stream;
  }

  private static void literal(ByteArrayOutputStream fields, String... texts) {
    fields.write(0);
    for (String text : texts) {
      fields.write(text.length()); // less than 127
      fields.writeBytes(text.getBytes(US_ASCII));
    }
  }

  public void data(int stream, byte[] data, boolean ends) throws IOException {
    send(DATA, ends ? END_STREAM : 0, stream, data);
  }

  public void reset(int stream) throws IOException {
    send(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array());
  }

  /** The next frame; null at the end of the connection. */
  public @Nullable Frame read() throws IOException {
    try {
      int head = in.readInt();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[head >>> 8];
      in.readFully(payload);
      return new Frame(head & 0xff, flags, stream, payload);
    } catch (EOFException | SocketException e) {
      return null;
    }
  }

  /** The next frame of this type; null if the connection ends before. */
  public @Nullable Frame read(int type) throws IOException {
    Frame frame = read();
    while (frame != null && frame.type() != type) {
      frame = read();
    }
    return frame;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
