package dev.resnet.jobs.web;

import dev.resnet.api.BodyLimit;
import dev.resnet.api.FieldError;
import dev.resnet.api.JsonRequest;
import dev.resnet.api.ProblemException;
import dev.resnet.api.ProblemMapping;
import dev.resnet.jobs.EventsProperties;
import dev.resnet.jobs.IllegalMoveException;
import dev.resnet.jobs.JobEvents;
import dev.resnet.jobs.JobWatch;
import dev.resnet.jobs.JobsProperties;
import dev.resnet.jobs.QueueFullException;
import dev.resnet.jobs.TooLittleMemoryException;
import dev.resnet.jobs.UnknownDatasetException;
import dev.resnet.jobs.UnknownJobException;
import dev.resnet.jobs.UnknownStartException;
import dev.resnet.jobs.web.TrainingJobResponse.ProgressResponse;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;

/** Sets the request limits that are settings, and how to answer the exceptions of jobs. */
@Configuration(proxyBeanMethods = false)
class JobsWebConfiguration {

  @Bean
  BodyLimit trainingJobBodyLimit(JobsProperties settings) {
    return new BodyLimit(
        TrainingJobController.PATH + "/**", settings.limits().body(), "resnet.jobs.limits.body");
  }

  @Bean
  JsonRequest<TrainingJobRequest> trainingJobRequest(JobsProperties settings) {
    JobsProperties.Limits limits = settings.limits();
    return JsonRequest.of(TrainingJobRequest.class)
        .maximum("stack_n", limits.stackN())
        .maximum("epochs", limits.epochs())
        .maximum("batch_size", limits.batchSize())
        .maxLength("name", limits.nameLength());
  }

  @Bean
  JsonRequest<TrainingJobChange> trainingJobChange(JobsProperties settings) {
    return JsonRequest.of(TrainingJobChange.class)
        .maxLength("name", settings.limits().nameLength());
  }

  @Bean
  EventStreams eventStreams(
      JobWatch watch,
      JobEvents events,
      JsonMapper json,
      EventsProperties settings,
      MeterRegistry meters) {
    return new EventStreams(
        watch,
        events,
        state -> json.writeValueAsString(ProgressResponse.of(state.job())),
        settings,
        meters);
  }

  @Bean
  ProblemMapping<UnknownJobException> unknownJob() {
    return ProblemMapping.of(UnknownJobException.class, HttpStatus.NOT_FOUND);
  }

  @Bean
  ProblemMapping<IllegalMoveException> illegalMove() {
    return ProblemMapping.of(IllegalMoveException.class, HttpStatus.CONFLICT);
  }

  @Bean
  ProblemMapping<TooLittleMemoryException> tooLittleMemory() {
    return ProblemMapping.of(TooLittleMemoryException.class, HttpStatus.UNPROCESSABLE_CONTENT);
  }

  @Bean
  ProblemMapping<QueueFullException> queueFull() {
    return new ProblemMapping<>(
        QueueFullException.class,
        e ->
            new ProblemException(
                HttpStatus.TOO_MANY_REQUESTS, e.getMessage(), List.of(), e.retryAfter()));
  }

  @Bean
  ProblemMapping<UnknownStartException> unknownStart() {
    return new ProblemMapping<>(
        UnknownStartException.class,
        e ->
            new ProblemException(
                HttpStatus.BAD_REQUEST,
                "%s %s.".formatted(e.field(), e.getMessage()),
                List.of(new FieldError(e.field(), e.getMessage()))));
  }

  @Bean
  ProblemMapping<UnknownDatasetException> unknownDataset() {
    return new ProblemMapping<>(
        UnknownDatasetException.class,
        e ->
            new ProblemException(
                HttpStatus.BAD_REQUEST,
                "dataset " + e.getMessage() + ".",
                List.of(new FieldError("dataset", e.getMessage()))));
  }
}
