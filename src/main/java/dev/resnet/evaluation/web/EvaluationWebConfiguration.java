package dev.resnet.evaluation.web;

import dev.resnet.api.FieldError;
import dev.resnet.api.JsonRequest;
import dev.resnet.api.ProblemException;
import dev.resnet.api.ProblemMapping;
import dev.resnet.evaluation.EvaluationException;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;

/** The request of an evaluation, and how to answer when it is not possible. */
@Configuration(proxyBeanMethods = false)
class EvaluationWebConfiguration {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(15);

  @Bean
  JsonRequest<EvaluateRequest> evaluateRequest() {
    return JsonRequest.of(EvaluateRequest.class);
  }

  @Bean
  ProblemMapping<EvaluationException> evaluationNotPossible() {
    return new ProblemMapping<>(EvaluationException.class, EvaluationWebConfiguration::problem);
  }

  private static ProblemException problem(EvaluationException e) {
    String message = "" + e.getMessage();
    return switch (e.reason()) {
      case INVALID ->
          new ProblemException(
              HttpStatus.BAD_REQUEST, message, List.of(new FieldError("" + e.field(), message)));
      case UNKNOWN -> new ProblemException(HttpStatus.NOT_FOUND, message);
      case MISFIT, TOO_LARGE -> new ProblemException(HttpStatus.UNPROCESSABLE_CONTENT, message);
      case CONFLICT -> new ProblemException(HttpStatus.CONFLICT, message);
      case UNAVAILABLE ->
          new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, message, List.of(), RETRY_AFTER);
    };
  }
}
