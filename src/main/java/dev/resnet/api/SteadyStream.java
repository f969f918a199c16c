package dev.resnet.api;

import dev.resnet.memory.ByteSize;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/**
 * Ends a body that arrives too slowly. A large archive on a slow line takes hours and is welcome; a
 * client that sends a byte now and then would keep a thread for ever. Tomcat ends the silence of a
 * client that sends nothing.
 */
public final class SteadyStream extends FilterInputStream {
  static final Duration PERIOD = Duration.ofSeconds(30);

  private final DataSize rate;
  private final String setting;
  private final LongSupplier nanoTime;
  private long begun;
  private long read;

  /**
   * @param rate least bytes a second in each period; 0 for any
   * @param setting its name
   * @param nanoTime like {@link System#nanoTime}
   */
  public SteadyStream(InputStream in, DataSize rate, String setting, LongSupplier nanoTime) {
    super(in);
    this.rate = rate;
    this.setting = setting;
    this.nanoTime = nanoTime;
    begun = nanoTime.getAsLong();
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    count(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int bytes = super.read(buffer, offset, length);
    count(Math.max(0, bytes));
    return bytes;
  }

  private void count(int bytes) {
    read += bytes;
    long now = nanoTime.getAsLong();
    if (now - begun < PERIOD.toNanos()) {
      return;
    }
    if (read < rate.toBytes() * Duration.ofNanos(now - begun).toSeconds()) {
      throw new ProblemException(
          HttpStatus.REQUEST_TIMEOUT,
          "The file arrives with less than %s a second, the limit set by %s. Send it over a faster line, or send a smaller one."
              .formatted(ByteSize.text(rate), setting));
    }
    begun = now;
    read = 0;
  }
}
