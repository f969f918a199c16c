package dev.resnet.jobs.web;

import dev.resnet.api.FieldError;
import dev.resnet.api.ProblemException;
import dev.resnet.jobs.JobEvents;
import dev.resnet.jobs.JobState;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Tells what happened to a job, as a log or while it happens. */
@RestController
@RequestMapping(TrainingJobController.PATH + "/{id}")
@Tag(name = "Training jobs")
class JobEventController {
  private static final String EXAMPLE =
      """
      retry: 2000

      id: 17
      event: status
      data: {"status":"RUNNING","attempt":1,"requested":null,"error":null,"retries":0,"last_error":null,"next_attempt_at":null,"model_version":null}

      event: progress
      data: {"epoch":1,"epochs":200,"iteration":42,"iterations":78000,"fraction":0.0005,"train_loss":2.1,"train_accuracy":0.21,"images_per_second":1900.0,"eta_seconds":5250}

      id: 19
      event: log
      data: {"at":"2026-01-02T03:04:05.678901Z","message":"Training stopped early, after epoch 12 of 200."}

      """;

  private final JobEvents events;
  private final EventStreams streams;

  JobEventController(JobEvents events, EventStreams streams) {
    this.events = events;
    this.streams = streams;
  }

  @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  @Operation(
      summary = "Follow a training job",
      description =
          "Server-sent events: 'status', 'epoch' and 'log' have an id and are kept; 'progress', at"
              + " most one a second, has none. The stream begins with the job's first event, or"
              + " after the one with the id Last-Event-ID, and closes after the status that ends"
              + " the job. A client that reads too slowly is dropped and can continue with the"
              + " last id. An epoch that is trained again, after a crash, has a new event: the"
              + " last one counts.")
  @ApiResponse(
      responseCode = "200",
      description = "The events, until the job has ended.",
      content =
          @Content(
              mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
              schema = @Schema(type = "string"),
              examples = @ExampleObject(EXAMPLE)))
  @ApiResponse(
      responseCode = "204",
      description = "The job has ended and the client has got all events: browsers stop here.",
      content = @Content)
  @ApiResponse(responseCode = "400", description = "Last-Event-ID is no id of an event.")
  @ApiResponse(
      responseCode = "503",
      description = "Too many clients follow jobs.",
      headers = @Header(name = "Retry-After", description = "Seconds."))
  void events(
      @PathVariable String id,
      @Parameter(description = "Id of the last event that the client has got; browsers send it.")
          @RequestHeader(name = "Last-Event-ID", required = false)
          @Nullable String lastEventId,
      @Parameter(
              description = "The same for clients that can't set a header, which takes precedence.",
              example = "17")
          @RequestParam(name = "last_event_id", required = false)
          @Nullable String lastEventParameter,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, HttpMediaTypeNotAcceptableException {
    JobState job = events.state(id); // first: a missing job is 404, whatever the client accepts
    requireAccepted(request);
    boolean header = lastEventId != null && !lastEventId.isBlank();
    long after =
        header
            ? after("Last-Event-ID", lastEventId)
            : after("last_event_id", lastEventParameter == null ? "" : lastEventParameter);
    if (after == job.lastEvent() && after > 0 && job.job().status().ended()) {
      response.setStatus(HttpStatus.NO_CONTENT.value());
      return;
    }
    response.setContentType("text/event-stream;charset=UTF-8");
    response.setHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    response.setHeader("X-Accel-Buffering", "no"); // for nginx
    if (request.getMethod().equals("GET")) { // HEAD gets only the headers
      // An id above all of the job's own is of another database, such as one before a restore.
      streams.open(id, after > job.lastEvent() ? 0 : after, request, response);
    }
  }

  private static void requireAccepted(HttpServletRequest request)
      throws HttpMediaTypeNotAcceptableException {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    if (accept != null && !accept.isBlank() && !accepts(accept)) {
      throw new HttpMediaTypeNotAcceptableException(List.of(MediaType.TEXT_EVENT_STREAM));
    }
  }

  private static boolean accepts(String header) {
    try {
      return MediaType.parseMediaTypes(header).stream()
          .anyMatch(
              type ->
                  type.isCompatibleWith(MediaType.TEXT_EVENT_STREAM) && type.getQualityValue() > 0);
    } catch (InvalidMediaTypeException e) {
      return false;
    }
  }

  private static long after(String name, String id) {
    if (id.isBlank()) {
      return 0;
    }
    if (!id.matches("[0-9]{1,18}")) {
      String message = "must be the id of an event, a whole number, as the stream sent it";
      throw new ProblemException(
          HttpStatus.BAD_REQUEST,
          "%s %s.".formatted(name, message),
          List.of(new FieldError(name, message)));
    }
    return Long.parseLong(id);
  }

  @GetMapping(path = "/log", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Get a training job's log",
      description =
          "What happened to the job, for people: attempts, workers, retries, decisions. As JSON, or"
              + " as lines with Accept: text/plain.")
  JobLog log(@PathVariable String id) {
    events.state(id);
    return JobLog.of(events.log(id));
  }

  @GetMapping(path = "/log", produces = MediaType.TEXT_PLAIN_VALUE)
  @Operation(summary = "Get a training job's log")
  String logText(@PathVariable String id) {
    events.state(id);
    return events.log(id).stream()
        .map(line -> line.at() + " " + ("" + line.message()).replaceAll("\\R", " ") + "\n")
        .collect(Collectors.joining());
  }
}
