package dev.resnet.sweeps.web;

import dev.resnet.api.Location;
import dev.resnet.api.Page;
import dev.resnet.api.PageRequest;
import dev.resnet.api.Sortable;
import dev.resnet.idempotency.Answer;
import dev.resnet.idempotency.IdempotentRequests;
import dev.resnet.sweeps.SweepResult;
import dev.resnet.sweeps.Sweeps;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Submits, ranks, stops and deletes sweeps, and promotes what they found. */
@RestController
@RequestMapping(SweepController.PATH)
@Tag(
    name = "Sweeps",
    description = "Train with many combinations of hyperparameters and compare the results.")
class SweepController {
  static final String PATH = "/api/v1/sweeps";

  private final Sweeps sweeps;
  private final SweepReader reader;
  private final IdempotentRequests idempotent;

  SweepController(Sweeps sweeps, SweepReader reader, IdempotentRequests idempotent) {
    this.sweeps = sweeps;
    this.reader = reader;
    this.idempotent = idempotent;
  }

  @PostMapping(
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Submit a sweep",
      description =
          "Queues a training job for each combination of values and returns at once. Either all"
              + " jobs are queued or none: at most resnet.sweeps.max-jobs, and the queue must have a"
              + " place for each.",
      parameters =
          @Parameter(
              in = ParameterIn.HEADER,
              name = "Idempotency-Key",
              description =
                  "Makes it safe to send a submission again: the same key and body get the first"
                      + " answer again, with the header Idempotent-Replayed, and no second sweep. 1"
                      + " to 255 visible ASCII characters, such as a UUID.",
              schema = @Schema(type = "string", maxLength = 257)),
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON_VALUE,
                      schema = @Schema(ref = "#/components/schemas/SweepRequest"),
                      examples = {
                        @ExampleObject(
                            name = "trial",
                            summary = "Two learning rates, two seeds",
                            value = SweepRequest.TRIAL),
                        @ExampleObject(
                            name = "random",
                            summary = "A random choice, with the median rule",
                            value = SweepRequest.RANDOM)
                      })))
  @ApiResponse(
      responseCode = "202",
      description = "The jobs are queued.",
      headers = {
        @Header(name = "Location", description = "URL of the sweep."),
        @Header(
            name = "Idempotent-Replayed",
            description = "'true' if this is the answer to an earlier request with the same key.")
      },
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON_VALUE,
              schema = @Schema(implementation = SweepResponse.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The request is invalid: 'errors' lists all invalid fields.")
  @ApiResponse(
      responseCode = "409",
      description = "Another request with the same Idempotency-Key is still worked on.")
  @ApiResponse(
      responseCode = "422",
      description =
          "A network does not fit into the memory, or the Idempotency-Key was sent with another"
              + " request.")
  @ApiResponse(
      responseCode = "429",
      description = "The queue has no place for all jobs.",
      headers = @Header(name = "Retry-After", description = "Seconds."))
  ResponseEntity<byte[]> submit(
      @RequestBody(required = false) byte @Nullable [] body, HttpServletRequest request) {
    URI all = Location.of(request, PATH);
    return idempotent.answer(
        request,
        body,
        answer -> sweeps.submit(reader.read(body), queued -> answer.accept(accepted(all, queued))));
  }

  private static Answer accepted(URI all, SweepResult result) {
    return new Answer(
        HttpStatus.ACCEPTED,
        URI.create(all + "/" + result.summary().sweep().id()),
        SweepResponse.of(result));
  }

  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(summary = "List sweeps", description = "Newest first by default.")
  Page<SweepResponse.Summary> list(
      @Sortable(value = "created_at", defaultSort = "created_at,desc") PageRequest page) {
    return Page.of(
        sweeps.list(page.ascending(), page.size(), page.offset()).stream()
            .map(SweepResponse.Summary::of)
            .toList(),
        page,
        sweeps.count());
  }

  @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Get a sweep with its ranked jobs",
      description =
          "As JSON, or as CSV with Accept: text/csv. A running job is ranked by its results so far.")
  SweepResponse get(@PathVariable String id) {
    return SweepResponse.of(sweeps.get(id));
  }

  @GetMapping(path = "/{id}", produces = SweepCsv.MEDIA_TYPE)
  @Operation(summary = "Get a sweep with its ranked jobs")
  String table(@PathVariable String id) {
    return SweepCsv.of(sweeps.get(id).ranking());
  }

  @PostMapping(path = "/{id}/cancel", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      summary = "Cancel a sweep",
      description = "Cancels all its jobs that have not ended. Those that have ended stay.")
  @ApiResponse(responseCode = "202", description = "The jobs are cancelled or will be soon.")
  SweepResponse cancel(@PathVariable String id) {
    return SweepResponse.of(sweeps.cancel(id));
  }

  @PostMapping(path = "/{id}/pause", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      summary = "Pause a sweep",
      description = "Pauses all its jobs that wait or run. Their slots are free for other jobs.")
  @ApiResponse(responseCode = "202", description = "The jobs are paused or will be soon.")
  SweepResponse pause(@PathVariable String id) {
    return SweepResponse.of(sweeps.pause(id));
  }

  @PostMapping(path = "/{id}/resume", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      summary = "Resume a sweep",
      description =
          "Queues its paused jobs again. Failed and cancelled jobs are resumed one by one, by"
              + " POST /api/v1/training-jobs/{id}/resume.")
  @ApiResponse(responseCode = "202", description = "The jobs are queued.")
  @ApiResponse(
      responseCode = "429",
      description = "The queue has no place for all jobs; those that had one are queued.",
      headers = @Header(name = "Retry-After", description = "Seconds."))
  SweepResponse resume(@PathVariable String id) {
    return SweepResponse.of(sweeps.resume(id));
  }

  @PostMapping(path = "/{id}/promote", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Promote the best model of a sweep",
      description =
          "Puts the model of the best job into production, under that model's name: of the first"
              + " configuration that has a succeeded job, the best of these jobs. Also works before"
              + " the sweep has finished, by the results so far.")
  @ApiResponse(responseCode = "200", description = "The model is in production.")
  @ApiResponse(responseCode = "409", description = "No job has succeeded yet.")
  @ApiResponse(
      responseCode = "503",
      description = "The model can't be loaded; nothing has changed.")
  SweepResponse.Winner promote(@PathVariable String id) {
    Sweeps.Promoted promoted = sweeps.promote(id);
    return new SweepResponse.Winner(
        SweepResponse.SweepJob.of(promoted.winner()), SweepResponse.wireName(promoted.rankedBy()));
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      summary = "Delete an ended sweep",
      description = "Its jobs become jobs of their own, or are deleted as well. Models are kept.")
  @ApiResponse(responseCode = "204", description = "The sweep is deleted.")
  @ApiResponse(responseCode = "409", description = "A job has not ended: cancel the sweep first.")
  void delete(
      @PathVariable String id,
      @Parameter(description = "Whether to delete its jobs with their epochs and checkpoints.")
          @RequestParam(defaultValue = "false")
          boolean jobs) {
    sweeps.delete(id, jobs);
  }
}
