package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class OpenMpTests {
  @Test
  void limitsTheCallingThreadOnlyWhileTheWorkLasts() {
    int before = OpenMp.maxThreads();
    int one = OpenMp.withThreads(1, OpenMp::maxThreads);
    int oneWithinThree = OpenMp.withThreads(3, () -> OpenMp.withThreads(1, OpenMp::maxThreads));
    assertThat(one).isEqualTo(1);
    assertThat(oneWithinThree).isEqualTo(1);
    assertThat(OpenMp.maxThreads()).isEqualTo(before);
  }

  @Test
  void zeroLeavesTheNumberAsItIs() {
    int size = OpenMp.withThreads(0, OpenMp::maxThreads);
    assertThat(size).isEqualTo(OpenMp.maxThreads());
  }

  @Test
  void aFailureDoesNotLeaveTheThreadLimited() {
    int before = OpenMp.maxThreads();
    assertThatThrownBy(
            () ->
                OpenMp.withThreads(
                    1,
                    () -> {
                      throw new IOException("no");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("no");
    assertThat(OpenMp.maxThreads()).isEqualTo(before);
  }
}
