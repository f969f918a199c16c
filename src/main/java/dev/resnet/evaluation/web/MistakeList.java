package dev.resnet.evaluation.web;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.resnet.api.PageRequest;
import dev.resnet.evaluation.Evaluation;
import dev.resnet.evaluation.Mistakes;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** A page of the images that a version got wrong. */
@Schema(name = "Mistakes")
record MistakeList(
    @Schema(description = "Id of the evaluation.") String evaluation,
    @JsonUnwrapped EvaluatedImages evaluated,
    @Schema(description = "The most confident first by default.") List<Item> items,
    @Schema(description = "Counted from 0.", example = "0") int page,
    @Schema(example = "20") int size,
    @Schema(description = "Images on all pages.", example = "875") long totalItems,
    @Schema(example = "44") int totalPages) {

  @Schema(name = "Mistake")
  record Item(
      @Schema(description = "Of the image in its split, from 0.", example = "412") int index,
      @Schema(description = "Its true class.", example = "cat") String truth,
      @Schema(example = "dog") String predicted,
      @Schema(description = "Probability of the predicted class.", example = "0.998")
          float confidence,
      @Schema(
              description = "The image as a PNG.",
              example = "http://localhost:8080/api/v1/datasets/cifar10/images/test/412")
          String image) {}

  static MistakeList of(Mistakes mistakes, PageRequest page, HttpServletRequest request) {
    Evaluation evaluation = mistakes.evaluation();
    return new MistakeList(
        evaluation.id(),
        EvaluatedImages.of(evaluation),
        mistakes.page(page.size(), page.offset(), page.ascending()).stream()
            .map(
                each ->
                    new Item(
                        each.index(),
                        each.truth(),
                        each.predicted(),
                        each.confidence(),
                        image(request, evaluation, each.index())))
            .toList(),
        page.page(),
        page.size(),
        mistakes.count(),
        (mistakes.count() + page.size() - 1) / page.size());
  }

  /** Names the version of the data set: another one has other images. */
  private static String image(HttpServletRequest request, Evaluation evaluation, int index) {
    return ServletUriComponentsBuilder.fromContextPath(request)
        .path("/api/v1/datasets/{name}/images/{split}/{index}")
        .queryParam("data_sha256", evaluation.dataSha256())
        .buildAndExpand(evaluation.dataset(), evaluation.split().wireName(), index)
        .toUriString();
  }
}
