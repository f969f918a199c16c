package dev.resnet.jobs.web;

import dev.resnet.api.JsonRequest;
import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.TrainingJobs;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Pauses and renames training jobs, and moves them in the queue. */
@RestController
@RequestMapping(TrainingJobController.PATH + "/{id}")
@Tag(name = "Training jobs")
class TrainingJobChangeController {
  private static final String MERGE_PATCH = "application/merge-patch+json";

  private final TrainingJobs jobs;
  private final JsonRequest<TrainingJobChange> body;
  private final WaitingFor waitingFor;

  TrainingJobChangeController(
      TrainingJobs jobs, JsonRequest<TrainingJobChange> body, WaitingFor waitingFor) {
    this.jobs = jobs;
    this.body = body;
    this.waitingFor = waitingFor;
  }

  @PostMapping(path = "/pause", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      summary = "Pause a training job",
      description =
          "Takes effect at once if the job is queued, within one batch if it is running; its slot"
              + " is then free for the next job. It stays paused, also after a restart, until it is"
              + " resumed or cancelled. If it completes before it sees the request, it succeeds.")
  @ApiResponse(responseCode = "202", description = "The job is paused or will be soon.")
  @ApiResponse(
      responseCode = "409",
      description = "The job is paused already, has ended or is about to be cancelled.")
  TrainingJobResponse pause(@PathVariable String id) {
    return response(jobs.pause(id));
  }

  @PatchMapping(
      consumes = {MediaType.APPLICATION_JSON_VALUE, MERGE_PATCH},
      produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Rename a training job or change its priority",
      description =
          "A waiting job moves in the queue. A running job keeps running and has the new priority"
              + " if it has to wait again.",
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content = {
                @Content(
                    mediaType = MediaType.APPLICATION_JSON_VALUE,
                    schema = @Schema(implementation = TrainingJobChange.class),
                    examples =
                        @ExampleObject(name = "first in the queue", value = "{\"priority\": 100}")),
                @Content(
                    mediaType = MERGE_PATCH,
                    schema = @Schema(implementation = TrainingJobChange.class),
                    examples =
                        @ExampleObject(
                            name = "another name",
                            value = "{\"name\": \"resnet-20, second try\"}"))
              }))
  @ApiResponse(responseCode = "200", description = "The job as it is now.")
  @ApiResponse(
      responseCode = "400",
      description = "The request is invalid: 'errors' lists all invalid fields.")
  @ApiResponse(
      responseCode = "409",
      description = "The job has ended, so it has no priority. Its name was not changed either.")
  TrainingJobResponse change(
      @PathVariable String id, @RequestBody(required = false) byte @Nullable [] sent) {
    TrainingJobChange change =
        body.read(sent, (read, problems) -> TrainingJobReader.checkLength(read.name(), problems));
    return response(jobs.change(id, change.name(), change.priority()));
  }

  private TrainingJobResponse response(JobSnapshot snapshot) {
    return TrainingJobResponse.of(snapshot, waitingFor.of(snapshot.job()));
  }
}
