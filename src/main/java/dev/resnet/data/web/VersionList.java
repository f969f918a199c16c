package dev.resnet.data.web;

import dev.resnet.data.upload.UploadedDatasets;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;

/** The versions of an uploaded data set. */
@Schema(name = "DatasetVersionList")
record VersionList(List<Version> items) {

  /** A version in the API. */
  @Schema(name = "DatasetVersion")
  record Version(
      @Schema(example = "9b1f2c0e5d7a4c83b6e8f0a1d2c3b4a5968778695a4b3c2d1e0f9a8b7c6d5e4f")
          String sha256,
      Instant createdAt,
      @Schema(description = "Bytes of its files.", example = "1234567") long size,
      @Schema(description = "Number of training images.", example = "120") int train,
      @Schema(description = "Number of test images.", example = "30") int test,
      @Schema(description = "Whether new jobs use it.") boolean current) {}

  static VersionList of(List<UploadedDatasets.Version> versions) {
    return new VersionList(
        versions.stream()
            .map(
                version ->
                    new Version(
                        version.sha256(),
                        version.createdAt(),
                        version.size(),
                        version.train(),
                        version.test(),
                        version.current()))
            .toList());
  }
}
