package dev.resnet.api;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body that reports how much of it has been read. */
abstract class WatchedStream extends ServletInputStream {
  private final ServletInputStream source;
  private final InputStream in;

  /**
   * @param source the container's stream
   * @param in the stream to read: the same, or its decompressed content
   */
  WatchedStream(ServletInputStream source, InputStream in) {
    this.source = source;
    this.in = in;
  }

  /** Called after this many bytes have been read; negative at the end of the body. */
  abstract void read(int bytes);

  @Override
  public final int read() throws IOException {
    int value = in.read();
    read(value < 0 ? -1 : 1);
    return value;
  }

  @Override
  public final int read(byte[] buffer, int offset, int length) throws IOException {
    int bytes = in.read(buffer, offset, length);
    read(bytes);
    return bytes;
  }

  @Override
  public final boolean isFinished() {
    return source.isFinished();
  }

  @Override
  public final boolean isReady() {
    return source.isReady();
  }

  @Override
  public final void setReadListener(ReadListener listener) {
    source.setReadListener(listener);
  }
}
