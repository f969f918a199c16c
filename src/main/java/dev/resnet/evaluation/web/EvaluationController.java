package dev.resnet.evaluation.web;

import dev.resnet.api.JsonRequest;
import dev.resnet.api.Page;
import dev.resnet.api.PageRequest;
import dev.resnet.api.Problems;
import dev.resnet.api.Sortable;
import dev.resnet.evaluation.Evaluations;
import dev.resnet.evaluation.Evaluations.Images;
import dev.resnet.evaluation.Evaluator;
import dev.resnet.evaluation.Split;
import dev.resnet.models.ModelLookup;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Evaluates versions on labelled images, and shows the results. */
@RestController
@RequestMapping(
    path = "/api/v1/models/{name}/versions/{version}",
    produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Evaluation", description = "Measure and compare versions on labelled images")
class EvaluationController {
  private static final byte[] NOTHING_ASKED = "{}".getBytes(StandardCharsets.UTF_8);

  private final Evaluations evaluations;
  private final ModelLookup lookup;
  private final JsonRequest<EvaluateRequest> body;

  EvaluationController(
      Evaluations evaluations, ModelRegistry registry, JsonRequest<EvaluateRequest> body) {
    this.evaluations = evaluations;
    this.lookup = registry.lookup();
    this.body = body;
  }

  @PostMapping("/evaluate")
  @Operation(
      summary = "Evaluate a version",
      description =
          "Classifies every image of a split and answers with accuracy, loss, confusion matrix,"
              + " precision, recall and F1 by class, and calibration. Without a body: the test"
              + " images of the data set that the version was trained on. The result is kept, and"
              + " the same request gets it at once. Each process runs one evaluation at a time.",
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON_VALUE,
                      schema = @Schema(ref = "#/components/schemas/EvaluateRequest"),
                      examples = {
                        @ExampleObject(
                            name = "own test images",
                            summary = "The test images of its own data set",
                            value = EvaluateRequest.OWN),
                        @ExampleObject(
                            name = "other images",
                            summary = "The training images of a data set",
                            value = EvaluateRequest.OTHER)
                      })))
  @ApiResponse(responseCode = "200", description = "The evaluation.")
  @ApiResponse(
      responseCode = "400",
      description = "The request is invalid, or there is no such data set.")
  @ApiResponse(
      responseCode = "409",
      description =
          "The data set has not been downloaded or converted yet, or is no longer as it was.")
  @ApiResponse(
      responseCode = "422",
      description =
          "The data set has other classes, another image size or no such images, or it does not fit"
              + " into memory; the message says what to do.")
  @ApiResponse(
      responseCode = "503",
      description =
          "Another evaluation is under way, or the data set or the network can't be used at"
              + " present.",
      headers = @Header(name = "Retry-After", description = "Seconds."))
  EvaluationResponse evaluate(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version,
      @RequestBody(required = false) byte @Nullable [] sent) {
    ModelVersion found = lookup.version(name, version);
    EvaluateRequest request =
        body.read(
            sent == null || sent.length == 0 ? NOTHING_ASKED : sent, EvaluationController::check);
    Evaluator.Result result =
        evaluations.evaluate(
            found,
            new Images(
                request.dataset(),
                request.dataSha256(),
                request.split() == null ? Split.TEST : request.split()),
            Boolean.TRUE.equals(request.refresh()));
    return EvaluationResponse.of(result.evaluation(), result.cached());
  }

  private static void check(EvaluateRequest request, Problems problems) {
    if (request.dataSha256() != null
        && request.dataset() == null
        && problems.none("data_sha256", "dataset")) {
      problems.add("data_sha256", "names a version of a data set; give 'dataset' too");
    }
  }

  @GetMapping("/evaluations")
  @Operation(
      summary = "List the evaluations of a version",
      description =
          "With their main figures, the newest first. A version that a job has trained is evaluated"
              + " on its own test images right after that.")
  Page<EvaluationResponse.Summary> list(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version,
      @Sortable(value = "created_at", defaultSort = "created_at,desc") PageRequest page) {
    ModelVersion found = lookup.version(name, version);
    return Page.of(
        evaluations.list(found, page.ascending(), page.size(), page.offset()).stream()
            .map(EvaluationResponse.Summary::of)
            .toList(),
        page,
        evaluations.count(found));
  }

  @GetMapping("/evaluations/{id}")
  @Operation(
      summary = "Get an evaluation",
      description = "All metrics, with the confusion matrix and the bins of the calibration.")
  @ApiResponse(responseCode = "200", description = "The evaluation.")
  @ApiResponse(responseCode = "404", description = "There is no such version or evaluation.")
  EvaluationResponse get(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version,
      @PathVariable("id") String id) {
    return EvaluationResponse.of(evaluations.get(lookup.version(name, version), id), true);
  }
}
