package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

class SteadyStreamTests {
  private final AtomicLong time = new AtomicLong();

  @Test
  void endsABodyThatIsTooSlowInOnePeriod() throws IOException {
    SteadyStream body = body(10);
    for (int period = 0; period < 100; period++) { // hours are fine
      body.readNBytes(299);
      time.addAndGet(SteadyStream.PERIOD.toNanos());
      assertThat(body.read()).as("the last of 300 bytes in 30 s").isZero();
    }
    body.readNBytes(298);
    time.addAndGet(SteadyStream.PERIOD.toNanos());
    assertThatThrownBy(body::read)
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.status()).isEqualTo(HttpStatus.REQUEST_TIMEOUT))
        .hasMessageContaining("10 bytes a second")
        .hasMessageContaining("resnet.datasets.min-upload-rate");
  }

  @Test
  void endsNoneWithoutARate() throws IOException {
    SteadyStream body = body(0);
    time.addAndGet(10 * SteadyStream.PERIOD.toNanos());
    assertThat(body.read()).isZero();
  }

  private SteadyStream body(int rate) {
    return new SteadyStream(
        new ByteArrayInputStream(new byte[100_000]),
        DataSize.ofBytes(rate),
        "resnet.datasets.min-upload-rate",
        time::get);
  }
}
