package dev.resnet.data.web;

import dev.resnet.api.ProblemException;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.folder.Split;
import dev.resnet.data.upload.UploadedDatasets;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Arrays;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows the data sets that jobs can train on. */
@RestController
@RequestMapping(DatasetController.PATH)
@Tag(name = "Data sets", description = "Data sets that jobs can train on")
class DatasetController {
  static final String PATH = "/api/v1/datasets";

  private final DatasetCatalog catalog;
  private final UploadedDatasets uploaded;

  DatasetController(DatasetCatalog catalog, UploadedDatasets uploaded) {
    this.catalog = catalog;
    this.uploaded = uploaded;
  }

  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(summary = "List the data sets")
  DatasetList datasets() {
    return new DatasetList(
        catalog.list().stream().map(info -> DatasetResponse.of(info, null)).toList());
  }

  @GetMapping(path = "/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Get a data set",
      description =
          "Classes, sizes, statistics, progress, and the report of an uploaded data set. This never"
              + " starts a download.")
  @ApiResponse(responseCode = "200", description = "The data set.", useReturnTypeSchema = true)
  @ApiResponse(responseCode = "404", description = "There is no such data set.")
  DatasetResponse dataset(@Parameter(example = "synthetic") @PathVariable("name") String name) {
    DatasetInfo info = info(name);
    return DatasetResponse.of(
        info, info.version() == null ? null : uploaded.report(name).orElse(null));
  }

  @GetMapping(path = "/{name}/versions", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "List the versions of an uploaded data set",
      description =
          "The one that new jobs use comes first. Older ones are kept while a job needs them, and"
              + " as many as resnet.datasets.keep-versions says. Built-in data sets have none.")
  @ApiResponse(responseCode = "200", description = "The versions.", useReturnTypeSchema = true)
  @ApiResponse(responseCode = "404", description = "There is no such data set.")
  VersionList versions(@Parameter(example = "parts") @PathVariable("name") String name) {
    info(name);
    return VersionList.of(uploaded.versions(name));
  }

  private DatasetInfo info(String name) {
    return catalog.info(name).orElseThrow(() -> unknown(name));
  }

  static ProblemException unknown(String name) {
    return new ProblemException(
        HttpStatus.NOT_FOUND,
        "There is no data set '%s': GET /api/v1/datasets lists those there are.".formatted(name));
  }

  /**
   * @throws ProblemException (404) if there is no such split
   */
  static Split split(String name) {
    return Arrays.stream(Split.values())
        .filter(split -> split.wireName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ProblemException(
                    HttpStatus.NOT_FOUND,
                    "There is no split '%s': ask for train or test.".formatted(name)));
  }
}
