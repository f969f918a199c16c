package dev.resnet.jobs.web;

import dev.resnet.jobs.NewJob;
import dev.resnet.jobs.TrainingEstimates;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Says what a job would take. */
@RestController
@Tag(name = "Training jobs")
class EstimateController {
  private final TrainingEstimates estimates;
  private final TrainingJobReader reader;

  EstimateController(TrainingEstimates estimates, TrainingJobReader reader) {
    this.estimates = estimates;
    this.reader = reader;
  }

  @PostMapping(
      path = TrainingJobController.PATH + "/estimate",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Estimate what a training job would take",
      description =
          "Takes the body of a submission and queues nothing. Says the number of parameters, the"
              + " memory, the engine, and the time where a similar job has been measured.",
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON_VALUE,
                      schema = @Schema(implementation = TrainingJobRequest.class),
                      examples = @ExampleObject(name = "trial", value = TrainingJobRequest.TRIAL))))
  @ApiResponse(responseCode = "200", description = "The estimate, also if it does not fit.")
  @ApiResponse(
      responseCode = "400",
      description = "The request is invalid: 'errors' lists all invalid fields.")
  EstimateResponse estimate(@RequestBody(required = false) byte @Nullable [] body) {
    NewJob job = reader.read(body);
    return EstimateResponse.of(estimates.of(job), job.config().epochs());
  }
}
