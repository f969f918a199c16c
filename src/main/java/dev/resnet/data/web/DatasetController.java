package dev.resnet.data.web;

import dev.resnet.api.ProblemException;
import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ImageSet;
import dev.resnet.data.Pictures;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows the data sets that jobs can train on. */
@RestController
@RequestMapping("/api/v1/datasets")
@Tag(name = "Data sets", description = "Data sets that jobs can train on")
class DatasetController {
  private static final Logger LOG = LoggerFactory.getLogger(DatasetController.class);
  private static final Duration DOWNLOAD_RETRY = Duration.ofSeconds(15);

  private final DatasetCatalog catalog;

  DatasetController(DatasetCatalog catalog) {
    this.catalog = catalog;
  }

  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(summary = "List the data sets")
  DatasetList datasets() {
    return new DatasetList(catalog.list().stream().map(DatasetResponse::of).toList());
  }

  @GetMapping(path = "/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Get a data set",
      description =
          "Classes, sizes, statistics and download progress. This never starts a download.")
  @ApiResponse(responseCode = "200", description = "The data set.", useReturnTypeSchema = true)
  @ApiResponse(responseCode = "404", description = "There is no such data set.")
  DatasetResponse dataset(@Parameter(example = "synthetic") @PathVariable("name") String name) {
    return DatasetResponse.of(info(name));
  }

  @GetMapping(path = "/{name}/images/{split}/{index}", produces = MediaType.IMAGE_PNG_VALUE)
  @Operation(
      summary = "Get an image",
      description =
          "A PNG of the data set's size that can be classified as it is; the header X-Label has its true class.")
  @ApiResponse(
      responseCode = "200",
      description = "The image.",
      headers = {
        @Header(
            name = "X-Label",
            description = "The class name.",
            schema = @Schema(type = "string", example = "circle")),
        @Header(
            name = "X-Label-Index",
            description = "The class index.",
            schema = @Schema(type = "integer", example = "0"))
      },
      content =
          @Content(
              mediaType = MediaType.IMAGE_PNG_VALUE,
              schema = @Schema(type = "string", format = "binary")))
  @ApiResponse(responseCode = "404", description = "There is no such data set, split or image.")
  @ApiResponse(responseCode = "409", description = "The data set has not been downloaded yet.")
  @ApiResponse(responseCode = "503", description = "The data set is not available at present.")
  ResponseEntity<byte[]> picture(
      @Parameter(example = "synthetic") @PathVariable("name") String name,
      @Parameter(
              description = "train, or test for held-out images.",
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {"train", "test"},
                      example = "test"))
          @PathVariable("split")
          String split,
      @Parameter(description = "Counted from 0.", example = "0") @PathVariable("index") int index) {
    info(name);
    if (!List.of("train", "test").contains(split)) {
      throw new ProblemException(
          HttpStatus.NOT_FOUND, "There is no split '%s': ask for train or test.".formatted(split));
    }
    Dataset dataset = loaded(name);
    ImageSet images = split.equals("train") ? dataset.train() : dataset.test();
    if (index < 0 || index >= images.count()) {
      throw new ProblemException(
          HttpStatus.NOT_FOUND,
          "There is no picture %d: %s of %s has the pictures 0 to %d."
              .formatted(index, split, name, images.count() - 1));
    }
    int label = images.label(index);
    return ResponseEntity.ok()
        .contentType(MediaType.IMAGE_PNG)
        .header("X-Label", dataset.classes().get(label))
        .header("X-Label-Index", String.valueOf(label))
        .body(Pictures.png(images, index));
  }

  private DatasetInfo info(String name) {
    return catalog
        .info(name)
        .orElseThrow(
            () ->
                new ProblemException(
                    HttpStatus.NOT_FOUND,
                    "There is no data set '%s': GET /api/v1/datasets lists those there are."
                        .formatted(name)));
  }

  /** Does not start a download for an image: only a job does. */
  private Dataset loaded(String name) {
    DatasetInfo info = info(name);
    return switch (info.status()) {
      case READY -> read(name);
      case DOWNLOADING ->
          throw new ProblemException(
              HttpStatus.SERVICE_UNAVAILABLE,
              "The data set %s is being downloaded: try again later.".formatted(name),
              List.of(),
              DOWNLOAD_RETRY);
      case ABSENT ->
          throw new ProblemException(
              HttpStatus.CONFLICT,
              "The data set %s has not been downloaded yet: a training job with it downloads it."
                  .formatted(name));
      case FAILED ->
          throw new ProblemException(
              HttpStatus.SERVICE_UNAVAILABLE,
              "The data set %s could not be had: %s".formatted(name, info.error()));
    };
  }

  private Dataset read(String name) {
    try {
      return catalog.load(name);
    } catch (IOException e) {
      LOG.warn("{} could not be read for a picture: {}", name, e.getMessage());
      throw new ProblemException(
          HttpStatus.SERVICE_UNAVAILABLE,
          "The data set %s could not be read: %s".formatted(name, e.getMessage()));
    }
  }
}
