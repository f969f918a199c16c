package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DatabaseContactTests {
  private final DatabaseContact contact =
      new DatabaseContact(Duration.ofNanos(16), Duration.ofNanos(4));

  @Test
  void isSteadyFromTheStartOn() {
    assertThat(contact.isSteady(0)).isTrue();
    contact.answered(1);
    contact.answered(5);
    assertThat(contact.isSteady(9)).isTrue();
  }

  @Test
  void isNotSteadyWhileNoAnswerComes() {
    contact.answered(1);
    assertThat(contact.isSteady(5)).isTrue();
    assertThat(contact.isSteady(6)).isFalse();
  }

  @Test
  void isSteadyAgainAfterThePatienceHasPassed() {
    contact.answered(1);
    contact.answered(60);
    for (int now = 60; now < 76; now++) {
      contact.answered(now);
      assertThat(contact.isSteady(now)).as("at %s", now).isFalse();
    }
    contact.answered(76);
    assertThat(contact.isSteady(76)).isTrue();
  }
}
