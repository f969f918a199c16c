package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TeamTests {
  @Test
  void limitsTheCallingThreadOnlyWhileTheWorkLasts() {
    int before = Team.size();
    assertThat(Team.<Integer>of(1, Team::size)).isEqualTo(1);
    assertThat(Team.<Integer>of(3, () -> Team.of(1, Team::size))).isEqualTo(1);
    assertThat(Team.size()).isEqualTo(before);
  }

  @Test
  void zeroLeavesTheNumberAsItIs() {
    assertThat(Team.<Integer>of(0, Team::size)).isEqualTo(Team.size());
  }

  @Test
  void aFailureDoesNotLeaveTheThreadLimited() {
    int before = Team.size();
    assertThatThrownBy(
            () ->
                Team.of(
                    1,
                    () -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    assertThat(Team.size()).isEqualTo(before);
  }
}
