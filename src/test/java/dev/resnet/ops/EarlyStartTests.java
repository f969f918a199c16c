package dev.resnet.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.bootstrap.DefaultBootstrapContext;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class EarlyStartTests {

  /** The WorkerFilter of HTTP does not see gRPC. */
  @ParameterizedTest
  @CsvSource({"worker, false", "Worker, false", "api, true", "all, true"})
  void aWorkerServesNoGrpcWhateverTheSettingSays(String role, String enabled) {
    var environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(
            new MapPropertySource(
                "test", Map.of("resnet.role", role, "spring.grpc.server.enabled", "true")));
    new EarlyStart()
        .onApplicationEvent(
            new ApplicationEnvironmentPreparedEvent(
                new DefaultBootstrapContext(),
                new SpringApplication(),
                new String[0],
                environment));
    assertThat(environment.getProperty("spring.grpc.server.enabled")).isEqualTo(enabled);
  }
}
