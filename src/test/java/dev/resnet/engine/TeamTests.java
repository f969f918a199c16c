package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TeamTests {
  @Test
  void limitsTheCallingThreadOnlyWhileTheWorkLasts() {
    int before = Team.size();
    int one = Team.of(1, Team::size);
    int oneWithinThree = Team.of(3, () -> Team.of(1, Team::size));
    assertThat(one).isEqualTo(1);
    assertThat(oneWithinThree).isEqualTo(1);
    assertThat(Team.size()).isEqualTo(before);
  }

  @Test
  void zeroLeavesTheNumberAsItIs() {
    int size = Team.of(0, Team::size);
    assertThat(size).isEqualTo(Team.size());
  }

  @Test
  void aFailureDoesNotLeaveTheThreadLimited() {
    int before = Team.size();
    assertThatThrownBy(
            () ->
                Team.of(
                    1,
                    () -> {
                      throw new IOException("no");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("no");
    assertThat(Team.size()).isEqualTo(before);
  }
}
