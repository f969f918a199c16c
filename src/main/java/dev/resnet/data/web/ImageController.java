package dev.resnet.data.web;

import dev.resnet.api.ProblemException;
import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ImageSet;
import dev.resnet.data.Pictures;
import dev.resnet.data.folder.ContactSheet;
import dev.resnet.data.folder.Split;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

/** Shows the images of data sets. */
@RestController
@RequestMapping(DatasetController.PATH)
@Tag(name = "Data sets")
class ImageController {
  private static final Logger LOG = LoggerFactory.getLogger(ImageController.class);
  private static final Duration DOWNLOAD_RETRY = Duration.ofSeconds(15);

  private final DatasetCatalog catalog;

  ImageController(DatasetCatalog catalog) {
    this.catalog = catalog;
  }

  @GetMapping(path = "/{name}/images/{split}/{index}", produces = MediaType.IMAGE_PNG_VALUE)
  @Operation(
      summary = "Get an image",
      description =
          "A PNG in the size of the data set that can be classified as it is; the header X-Label has"
              + " its true class, percent-encoded in UTF-8.")
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
  @ApiResponse(
      responseCode = "409",
      description = "The data set has not been downloaded yet, or has no version yet.")
  @ApiResponse(responseCode = "503", description = "The data set is not available at present.")
  ResponseEntity<byte[]> picture(
      @Parameter(example = "synthetic") @PathVariable("name") String name,
      @SplitName @PathVariable("split") String split,
      @Parameter(description = "Counted from 0.", example = "0") @PathVariable("index") int index,
      @Parameter(
              description =
                  "SHA-256 of an earlier version of the data set; without it, the present one.")
          @RequestParam(name = "data_sha256", required = false)
          @Nullable String sha256) {
    info(name);
    Split part = DatasetController.split(split);
    Dataset dataset = loaded(name, sha256 == null || sha256.isEmpty() ? null : sha256);
    ImageSet images = images(dataset, part);
    if (index < 0 || index >= images.count()) {
      throw new ProblemException(
          HttpStatus.NOT_FOUND,
          "There is no picture %d: %s of %s has the pictures 0 to %d."
              .formatted(index, split, name, images.count() - 1));
    }
    int label = images.label(index);
    return ResponseEntity.ok()
        .contentType(MediaType.IMAGE_PNG)
        .header("X-Label", UriUtils.encode(dataset.classes().get(label), StandardCharsets.UTF_8))
        .header("X-Label-Index", String.valueOf(label))
        .body(Pictures.png(images, index));
  }

  @GetMapping(path = "/{name}/sheet/{split}", produces = MediaType.IMAGE_PNG_VALUE)
  @Operation(
      summary = "Get a contact sheet",
      description = "The first 400 images of a split in one PNG, to look a data set over.")
  @ApiResponse(
      responseCode = "200",
      description = "The sheet.",
      content =
          @Content(
              mediaType = MediaType.IMAGE_PNG_VALUE,
              schema = @Schema(type = "string", format = "binary")))
  @ApiResponse(responseCode = "404", description = "There is no such data set, split or class.")
  @ApiResponse(
      responseCode = "409",
      description = "The data set has not been downloaded yet, or has no version yet.")
  @ApiResponse(responseCode = "503", description = "The data set is not available at present.")
  ResponseEntity<byte[]> sheet(
      @Parameter(example = "synthetic") @PathVariable("name") String name,
      @SplitName @PathVariable("split") String split,
      @Parameter(description = "Only images of this class.", example = "circle")
          @RequestParam(name = "class", required = false)
          @Nullable String className) {
    info(name);
    Split part = DatasetController.split(split);
    Dataset dataset = loaded(name, null);
    Integer label = null;
    if (className != null && !className.isEmpty()) {
      label = dataset.classes().indexOf(className);
      if (label < 0) {
        throw new ProblemException(
            HttpStatus.NOT_FOUND,
            "The data set %s has no class '%s': GET /api/v1/datasets/%s lists them."
                .formatted(name, className, name));
      }
    }
    return ResponseEntity.ok()
        .contentType(MediaType.IMAGE_PNG)
        .body(ContactSheet.png(images(dataset, part), label, ContactSheet.MOST));
  }

  private static ImageSet images(Dataset dataset, Split split) {
    return split == Split.TRAIN ? dataset.train() : dataset.test();
  }

  private DatasetInfo info(String name) {
    return catalog.info(name).orElseThrow(() -> DatasetController.unknown(name));
  }

  /** Does not start a download for an image: only a job does. */
  private Dataset loaded(String name, @Nullable String version) {
    DatasetInfo info = catalog.info(name, version).orElseThrow(() -> unknown(name, version));
    return switch (info.status()) {
      case READY -> read(name, version);
      case CONVERTING ->
          throw new ProblemException(
              HttpStatus.CONFLICT,
              "The data set %s is still being converted (%d %%): try again once it is READY."
                  .formatted(name, (int) (100 * info.progress())));
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

  private static ProblemException unknown(String name, @Nullable String version) {
    return version == null
        ? DatasetController.unknown(name)
        : new ProblemException(
            HttpStatus.NOT_FOUND,
            "The data set %s has no version %s: GET /api/v1/datasets/%s/versions lists them."
                .formatted(name, version, name));
  }

  private Dataset read(String name, @Nullable String version) {
    try {
      Dataset dataset = catalog.load(name, version);
      if (version != null && !version.equals(dataset.sha256())) {
        throw unknown(name, version); // of a built-in data set, which has only one
      }
      return dataset;
    } catch (IOException e) {
      LOG.warn("{} could not be read for a picture: {}", name, e.getMessage());
      throw new ProblemException(
          HttpStatus.SERVICE_UNAVAILABLE,
          "The data set %s could not be read: %s".formatted(name, e.getMessage()));
    }
  }
}
