package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import dev.resnet.api.ProblemException;
import dev.resnet.jobs.EventsProperties;
import dev.resnet.jobs.JobEvents;
import dev.resnet.jobs.JobWatch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class EventLimitsTests {
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner().withUserConfiguration(Settings.class);

  @EnableConfigurationProperties(EventsProperties.class)
  static class Settings {}

  @ParameterizedTest
  @CsvSource({
    "poll-interval=10ms, true",
    "poll-interval=9ms, false",
    "comment-interval=100ms, true",
    "comment-interval=99ms, false",
    "write-timeout=100ms, true",
    "write-timeout=99ms, false",
    "max-clients=0, true",
    "max-clients=-1, false",
    "max-clients=100000, true",
    "max-clients=100001, false"
  })
  void theServiceStartsOnlyWithSettingsThatArePossible(String setting, boolean possible) {
    runner
        .withPropertyValues("resnet.events." + setting)
        .run(context -> assertThat(context.getStartupFailure() == null).isEqualTo(possible));
  }

  @Test
  void asManyClientsMayFollowAsTheSettingSays() {
    EventStreams streams = streams(2);
    streams.enter();
    streams.enter();
    assertThatThrownBy(streams::enter)
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.status().value()).isEqualTo(503))
        .hasMessageContaining("2 clients follow jobs already (resnet.events.max-clients)");
    streams.leave();
    streams.enter();
    streams.destroy();
  }

  @Test
  void withoutClientsNobodyMayFollow() {
    EventStreams streams = streams(0);
    assertThatThrownBy(streams::enter).isInstanceOf(ProblemException.class);
    streams.destroy();
  }

  private static EventStreams streams(int maxClients) {
    Duration never = Duration.ofDays(1);
    return new EventStreams(
        mock(JobWatch.class),
        mock(JobEvents.class),
        job -> "",
        new EventsProperties(never, never, never, maxClients),
        new SimpleMeterRegistry());
  }
}
