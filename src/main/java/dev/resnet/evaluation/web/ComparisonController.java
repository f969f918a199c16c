package dev.resnet.evaluation.web;

import dev.resnet.api.FieldError;
import dev.resnet.api.PageRequest;
import dev.resnet.api.ProblemException;
import dev.resnet.api.Sortable;
import dev.resnet.evaluation.Evaluations;
import dev.resnet.evaluation.Evaluations.Images;
import dev.resnet.evaluation.Split;
import dev.resnet.models.ModelLookup;
import dev.resnet.models.ModelRegistry;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Looks into kept evaluations: two versions side by side, and what one got wrong. */
@RestController
@RequestMapping(path = "/api/v1/models/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Evaluation")
class ComparisonController {
  private final Evaluations evaluations;
  private final ModelLookup lookup;

  ComparisonController(Evaluations evaluations, ModelRegistry registry) {
    this.evaluations = evaluations;
    this.lookup = registry.lookup();
  }

  @GetMapping("/compare")
  @Operation(
      summary = "Compare two versions",
      description =
          "Accuracy of both, class by class, and McNemar's test of whether the difference may be"
              + " chance. Both versions must have been evaluated on the same images; computes"
              + " nothing itself.")
  @ApiResponse(responseCode = "200", description = "The comparison.")
  @ApiResponse(responseCode = "404", description = "There is no such model or version.")
  @ApiResponse(
      responseCode = "409",
      description =
          "A version has not been evaluated on these images: 'detail' has the request that does"
              + " it.")
  ComparisonResponse compare(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(description = "A version.", example = "1") @RequestParam("a") int a,
      @Parameter(description = "Another version.", example = "3") @RequestParam("b") int b,
      @Parameter(
              description =
                  "The present images of a data set. Without it: the data set that version b was"
                      + " trained on, as it was then.",
              example = "cifar10")
          @RequestParam(name = "dataset", required = false)
          @Nullable String dataset,
      @SplitParameter @RequestParam(name = "split", defaultValue = "test") String split) {
    if (a == b) {
      throw wrong("b", "must be another version than a");
    }
    return ComparisonResponse.of(
        evaluations.compare(
            lookup.version(name, a), lookup.version(name, b), given(dataset), split(split)));
  }

  @GetMapping("/versions/{version}/mistakes")
  @Operation(
      summary = "List the images that a version got wrong",
      description =
          "The most confident first, with the address of each image. The version must have been"
              + " evaluated on these images.")
  @ApiResponse(responseCode = "200", description = "A page of the images.")
  @ApiResponse(responseCode = "404", description = "There is no such version.")
  @ApiResponse(
      responseCode = "409",
      description =
          "The version has not been evaluated on these images: 'detail' has the request that does"
              + " it.")
  @ApiResponse(
      responseCode = "503",
      description = "The kept predictions are damaged: 'detail' has the request that makes them.")
  MistakeList mistakes(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version,
      @Parameter(description = "Only images of this class.", example = "cat")
          @RequestParam(name = "truth", required = false)
          @Nullable String truth,
      @Parameter(description = "Only images that were taken for this class.", example = "dog")
          @RequestParam(name = "predicted", required = false)
          @Nullable String predicted,
      @Parameter(
              description =
                  "The present images of a data set. Without it: the data set that the version was"
                      + " trained on, as it was then.",
              example = "cifar10")
          @RequestParam(name = "dataset", required = false)
          @Nullable String dataset,
      @SplitParameter @RequestParam(name = "split", defaultValue = "test") String split,
      @Sortable(value = "confidence", defaultSort = "confidence,desc") PageRequest page,
      HttpServletRequest request) {
    return MistakeList.of(
        evaluations.mistakes(
            lookup.version(name, version),
            Images.of(given(dataset), split(split)),
            truth,
            predicted),
        page,
        request);
  }

  private static Split split(String name) {
    return Stream.of(Split.values())
        .filter(split -> split.wireName().equals(name))
        .findFirst()
        .orElseThrow(() -> wrong("split", "must be train or test"));
  }

  private static ProblemException wrong(String parameter, String message) {
    return new ProblemException(
        HttpStatus.BAD_REQUEST,
        "One field is wrong: %s %s.".formatted(parameter, message),
        List.of(new FieldError(parameter, message)));
  }

  private static @Nullable String given(@Nullable String parameter) {
    return parameter == null || parameter.isEmpty() ? null : parameter;
  }
}
