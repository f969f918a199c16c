package dev.resnet.oip.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.api.ProblemException;
import dev.resnet.api.ProblemMapping;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;

class GrpcErrorsTests {
  private static final Metadata.Key<String> RETRY_AFTER =
      Metadata.Key.of("retry-after", Metadata.ASCII_STRING_MARSHALLER);

  private final GrpcErrors errors =
      new GrpcErrors(
          List.of(
              new ProblemMapping<>(
                  IllegalStateException.class,
                  e ->
                      new ProblemException(
                          HttpStatus.TOO_MANY_REQUESTS,
                          e.getMessage(),
                          List.of(),
                          Duration.ofMillis(1500)))));

  @Test
  void anErrorThatPassesSaysWhenToTryAgain() {
    StatusRuntimeException error = errors.of(new IllegalStateException("busy"));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(error.getStatus().getDescription()).isEqualTo("busy");
    assertThat(error.getTrailers().get(RETRY_AFTER)).isEqualTo("2");
  }

  @Test
  void theCauseOfAnUnexpectedErrorIsNotTold() {
    StatusRuntimeException error = errors.of(new ArithmeticException("the secret cause"));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(error.getStatus().getDescription()).contains("urn:uuid:").doesNotContain("secret");
    assertThat(error.getTrailers().containsKey(RETRY_AFTER)).isFalse();
  }
}
