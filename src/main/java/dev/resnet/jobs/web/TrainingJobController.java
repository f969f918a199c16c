package dev.resnet.jobs.web;

import dev.resnet.api.Location;
import dev.resnet.api.Page;
import dev.resnet.api.PageRequest;
import dev.resnet.api.Sortable;
import dev.resnet.idempotency.Answer;
import dev.resnet.idempotency.IdempotentRequests;
import dev.resnet.jobs.JobFilter;
import dev.resnet.jobs.JobOrder;
import dev.resnet.jobs.JobPage;
import dev.resnet.jobs.JobQuery;
import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.JobWatch;
import dev.resnet.jobs.TrainingJobs;
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
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
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

/** Submits, shows, cancels, resumes and deletes training jobs. */
@RestController
@RequestMapping(TrainingJobController.PATH)
@Tag(name = "Training jobs", description = "Train residual networks and follow their progress.")
class TrainingJobController {
  static final String PATH = "/api/v1/training-jobs";

  private static final String FROM_ZERO = "must be a whole number from 0 to 2147483647";

  private final TrainingJobs jobs;
  private final TrainingJobReader reader;
  private final WaitingFor waitingFor;
  private final IdempotentRequests idempotent;
  private final JobWatch watch;
  private final EventStreams streams;

  TrainingJobController(
      TrainingJobs jobs,
      TrainingJobReader reader,
      WaitingFor waitingFor,
      IdempotentRequests idempotent,
      JobWatch watch,
      EventStreams streams) {
    this.jobs = jobs;
    this.reader = reader;
    this.idempotent = idempotent;
    this.waitingFor = waitingFor;
    this.watch = watch;
    this.streams = streams;
  }

  @PostMapping(
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Submit a training job",
      description =
          "Queues the training of a network of depth 6n+2 and returns at once. Poll the job or its"
              + " epochs. The model is registered when the job succeeds.",
      parameters =
          @Parameter(
              in = ParameterIn.HEADER,
              name = "Idempotency-Key",
              description =
                  "Makes it safe to send a submission again: the same key and body get the first"
                      + " answer again, with the header Idempotent-Replayed, and no second job. 1 to"
                      + " 255 visible ASCII characters, such as a UUID.",
              schema = @Schema(type = "string", maxLength = 257)),
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON_VALUE,
                      schema = @Schema(implementation = TrainingJobRequest.class),
                      examples = {
                        @ExampleObject(
                            name = "trial",
                            summary = "A trial without a download, about a minute",
                            value = TrainingJobRequest.TRIAL),
                        @ExampleObject(
                            name = "paper",
                            summary = "ResNet-20 as published",
                            value = TrainingJobRequest.PAPER)
                      })))
  @ApiResponse(
      responseCode = "202",
      description = "The job is queued.",
      headers = {
        @Header(name = "Location", description = "URL of the job."),
        @Header(
            name = "Idempotent-Replayed",
            description = "'true' if this is the answer to an earlier request with the same key.")
      },
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON_VALUE,
              schema = @Schema(implementation = TrainingJobResponse.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The request is invalid: 'errors' lists all invalid fields.")
  @ApiResponse(
      responseCode = "409",
      description = "Another request with the same Idempotency-Key is still worked on.")
  @ApiResponse(
      responseCode = "422",
      description =
          "The network does not fit into the memory, or the Idempotency-Key was sent with another"
              + " request.")
  @ApiResponse(
      responseCode = "429",
      description = "The queue is full.",
      headers = @Header(name = "Retry-After", description = "Seconds."))
  ResponseEntity<byte[]> submit(
      @RequestBody(required = false) byte @Nullable [] body, HttpServletRequest request) {
    URI all = Location.of(request, PATH);
    return idempotent.answer(
        request,
        body,
        answer ->
            jobs.submit(
                List.of(reader.read(body)), queued -> answer.accept(accepted(all, queued.get(0)))));
  }

  private Answer accepted(URI all, JobSnapshot job) {
    return new Answer(HttpStatus.ACCEPTED, URI.create(all + "/" + job.job().id()), response(job));
  }

  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(summary = "List training jobs", description = "Newest first by default.")
  Page<TrainingJobResponse> list(
      @Parameter(
              description =
                  "Only jobs with one of these statuses, as several parameters or separated by"
                      + " commas.",
              example = "QUEUED,RUNNING")
          @RequestParam(required = false)
          @Nullable Set<JobStatus> status,
      @Parameter(description = "Only jobs on this data set.", example = "cifar10")
          @RequestParam(required = false)
          @Nullable String dataset,
      @Parameter(description = "Only jobs that train this model.", example = "resnet-20")
          @RequestParam(required = false)
          @Nullable String model,
      @Parameter(description = "Only jobs of the sweep with this id.")
          @RequestParam(required = false)
          @Nullable String sweep,
      @Parameter(
              description = "Only jobs with this text in their name, in any case.",
              example = "resnet")
          @RequestParam(required = false)
          @Nullable String name,
      @Sortable(
              value = {
                "created_at",
                "started_at",
                "finished_at",
                "name",
                "status",
                "stack_n",
                "priority",
                "dataset",
                "model"
              },
              defaultSort = "created_at,desc")
          PageRequest page) {
    JobPage found =
        jobs.list(
            new JobQuery(
                new JobFilter(
                    statuses(status), given(dataset), given(model), given(sweep), given(name)),
                page.page(),
                page.size(),
                JobOrder.valueOf(page.sortField().toUpperCase(Locale.ROOT)),
                !page.ascending()));
    return Page.of(found.jobs().stream().map(this::response).toList(), page, found.total());
  }

  /** Empty items, as in {@code status=RUNNING,}, are ignored. */
  private static Set<JobStatus> statuses(@Nullable Set<@Nullable JobStatus> given) {
    return given == null
        ? Set.of()
        : given.stream().filter(Objects::nonNull).collect(Collectors.toSet());
  }

  /** An empty parameter means the same as an absent one. */
  private static @Nullable String given(@Nullable String parameter) {
    return parameter == null || parameter.isEmpty() ? null : parameter;
  }

  @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Get a training job",
      description =
          "With 'wait' the answer comes when an epoch after 'after_epoch' is complete or the status"
              + " changes, at the latest when the time has passed. A job that has ended is answered"
              + " at once.")
  @ApiResponse(responseCode = "200", description = "The job.", useReturnTypeSchema = true)
  @ApiResponse(
      responseCode = "503",
      description = "Too many clients wait for jobs.",
      headers = @Header(name = "Retry-After", description = "Seconds."))
  @Nullable TrainingJobResponse get(
      @PathVariable String id,
      @Parameter(
              description = "Longest time to wait: 0s to 60s, or a number of seconds.",
              example = "30s")
          @RequestParam(required = false)
          @Nullable String wait,
      @Parameter(description = "By default the last completed epoch at the time of the request.")
          @RequestParam(name = "after_epoch", required = false)
          @Min(value = 0, message = FROM_ZERO)
          @Nullable Integer afterEpoch,
      HttpServletRequest request) {
    Duration longest = WaitParameter.read(wait, afterEpoch);
    JobSnapshot job = jobs.get(id);
    // The answer is written when the request is dispatched again.
    return JobWait.begin(request, job, longest, afterEpoch, watch, streams) ? null : response(job);
  }

  @GetMapping(path = "/{id}/epochs", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Get loss and accuracy by epoch",
      description = "As JSON, or as CSV with Accept: text/csv.")
  EpochResponse.Items epochs(
      @PathVariable String id,
      @Parameter(description = "Only epochs after this one: to poll, give the last one received.")
          @RequestParam(defaultValue = "0")
          @Min(value = 0, message = FROM_ZERO)
          int after) {
    return new EpochResponse.Items(jobs.epochs(id, after).stream().map(EpochResponse::of).toList());
  }

  @GetMapping(path = "/{id}/epochs", produces = EpochCsv.MEDIA_TYPE)
  @Operation(summary = "Get loss and accuracy by epoch")
  String epochTable(
      @PathVariable String id,
      @RequestParam(defaultValue = "0") @Min(value = 0, message = FROM_ZERO) int after) {
    return EpochCsv.of(jobs.epochs(id, after));
  }

  @PostMapping(path = "/{id}/cancel", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      summary = "Cancel a training job",
      description =
          "Takes effect at once if the job is queued, within one batch if it is running. Its epochs"
              + " and checkpoints are kept until it is deleted.")
  @ApiResponse(responseCode = "202", description = "The job is cancelled or will be soon.")
  @ApiResponse(responseCode = "409", description = "The job has ended.")
  TrainingJobResponse cancel(@PathVariable String id) {
    return response(jobs.cancel(id));
  }

  @PostMapping(path = "/{id}/resume", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      summary = "Resume a training job",
      description =
          "Queues a paused, failed or cancelled job again, behind the jobs of its priority that"
              + " wait. It continues from"
              + " its newest valid checkpoint, normally the state in which it stopped, or starts"
              + " again if there is none. Its hyperparameters stay the same.")
  @ApiResponse(responseCode = "202", description = "The job is queued.")
  @ApiResponse(
      responseCode = "409",
      description = "The job is queued or running, or has succeeded.")
  @ApiResponse(responseCode = "422", description = "The network does not fit into the memory.")
  @ApiResponse(
      responseCode = "429",
      description = "The queue is full.",
      headers = @Header(name = "Retry-After", description = "Seconds."))
  TrainingJobResponse resume(@PathVariable String id) {
    return response(jobs.resume(id));
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      summary = "Delete an ended training job",
      description =
          "Deletes its epochs and checkpoints as well. A model that it registered is kept.")
  @ApiResponse(responseCode = "204", description = "The job is deleted.")
  @ApiResponse(responseCode = "409", description = "The job has not ended: cancel it first.")
  void delete(@PathVariable String id) {
    jobs.delete(id);
  }

  private TrainingJobResponse response(JobSnapshot snapshot) {
    return TrainingJobResponse.of(snapshot, waitingFor.of(snapshot.job()));
  }
}
