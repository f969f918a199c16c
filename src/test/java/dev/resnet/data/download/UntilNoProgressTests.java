package dev.resnet.data.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.unit.DataSize;

class UntilNoProgressTests {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final AtomicLong bytes = new AtomicLong(100);

  @Test
  void waitsLongerAndLongerUntilTheAttemptsAreUsedUp() {
    assertThat(waits(backOff(6, 10, 50), 6)).containsExactly(10, 20, 40, 50, 50, STOP);
  }

  @Test
  void startsAgainWithNewBytes() {
    var backOff = backOff(3, 10, 1000);
    assertThat(waits(backOff, 2)).containsExactly(10, 20);

    bytes.set(101);
    assertThat(waits(backOff, 3)).containsExactly(10, 20, STOP);
  }

  @Test
  void doesNotTakeBytesForNewThatCameBefore() {
    var backOff = backOff(3, 10, 1000);
    bytes.set(50); // the server sent the file from its start
    assertThat(waits(backOff, 1)).containsExactly(10);
    bytes.set(100);
    assertThat(waits(backOff, 2)).containsExactly(20, STOP);
  }

  @Test
  void neitherWaitsNorTriesAgainIfToldSo() {
    assertThat(waits(backOff(2, 0, 0), 2)).containsExactly(0, STOP);
    assertThat(waits(backOff(1, 10, 10), 1)).containsExactly(STOP);
  }

  private static final long STOP = BackOffExecution.STOP;

  private UntilNoProgress backOff(int attempts, long first, long longest) {
    return new UntilNoProgress(
        new DownloadSettings(
            TIMEOUT,
            TIMEOUT,
            attempts,
            Duration.ofMillis(first),
            Duration.ofMillis(longest),
            DataSize.ofBytes(1)),
        bytes::get);
  }

  private static long[] waits(UntilNoProgress backOff, int number) {
    return LongStream.generate(backOff.start()::nextBackOff).limit(number).toArray();
  }
}
