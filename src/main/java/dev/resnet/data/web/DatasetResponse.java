package dev.resnet.data.web;

import dev.resnet.data.DatasetInfo;
import dev.resnet.data.folder.FolderReport;
import dev.resnet.pictures.ResizePolicy;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A data set in the API. */
@Schema(name = "Dataset")
record DatasetResponse(
    @Schema(example = "synthetic") String name,
    @Schema(
            description = "The class names; a label is an index into them.",
            example = "[\"circle\", \"square\", \"triangle\"]")
        List<String> classes,
    @Schema(description = "Width and height of every image, in pixels.", example = "32") int size,
    @Schema(
            description =
                "How an image of another size becomes one of this data set. crop: its largest"
                    + " centred square is resized. squash: the whole image is resized. pad: the"
                    + " whole image is resized to fit, on black.",
            example = "crop")
        ResizePolicy resize,
    @Schema(description = "Number of training images.", example = "5000") int train,
    @Schema(description = "Number of test images.", example = "1000") int test,
    @Schema(
            description =
                "ABSENT: downloaded when a job first needs it. DOWNLOADING, CONVERTING: see progress."
                    + " READY: available. FAILED: see error; a built-in data set is downloaded"
                    + " again by the next job, an archive has to be sent again.",
            example = "READY")
        DatasetInfo.Status status,
    @Schema(
            description =
                "Mean of each channel (R, G, B) of the training images, 0 to 1; null until a"
                    + " built-in data set has been loaded once since the service started, and while"
                    + " the first archive is converted.",
            example = "[0.4914, 0.4822, 0.4465]",
            nullable = true)
        float @Nullable [] mean,
    @Schema(
            description = "Standard deviation of each channel; null like mean.",
            example = "[0.247, 0.2435, 0.2616]",
            nullable = true)
        float @Nullable [] std,
    @Schema(
            description =
                "SHA-256 of all pixels and labels, training before test, and of the class names"
                    + " of an uploaded data set, whose version it names; null like mean.",
            example = "9b1f2c0e5d7a4c83b6e8f0a1d2c3b4a5968778695a4b3c2d1e0f9a8b7c6d5e4f",
            nullable = true)
        @Nullable String sha256,
    @Schema(
            description =
                "Downloaded or converted fraction, 0 to 1; null while neither is running.",
            example = "0.42",
            nullable = true)
        @Nullable Double progress,
    @Schema(
            description =
                "FAILED: why, and what to do. DOWNLOADING: why the last attempt failed, until new"
                    + " bytes arrive. null otherwise.",
            example = "null",
            nullable = true)
        @Nullable String error,
    @Schema(
            description =
                "When this version was ready; until the first one is, when its archive came. null"
                    + " for built-in data sets.",
            nullable = true)
        @Nullable Instant createdAt,
    @Schema(
            description =
                "The archive that is being converted, or whose conversion failed; null otherwise.",
            nullable = true)
        @Nullable UploadResponse upload,
    @Schema(
            description =
                "What became of the archive; null in lists, for built-in data sets, and before the"
                    + " first version.",
            nullable = true)
        @Nullable FolderReport report) {

  /** What becomes of an archive. */
  enum UploadStatus {
    CONVERTING,
    FAILED
  }

  /** The last upload, unless it has become a version. */
  @Schema(name = "DatasetUpload")
  record UploadResponse(
      UploadStatus status,
      @Schema(description = "Converted fraction, 0 to 1.", example = "0.42") double progress,
      @Schema(
              description = "FAILED: why, and what to do. CONVERTING: what delays it, or null.",
              nullable = true)
          @Nullable String error,
      Instant createdAt) {

    static UploadResponse of(DatasetInfo.Upload upload) {
      return new UploadResponse(
          upload.converting() ? UploadStatus.CONVERTING : UploadStatus.FAILED,
          upload.progress(),
          upload.error(),
          upload.createdAt());
    }
  }

  /**
   * @param report null where it is not shown
   */
  static DatasetResponse of(DatasetInfo info, @Nullable FolderReport report) {
    var normalization = info.normalization();
    return new DatasetResponse(
        info.name(),
        info.classes(),
        info.shape().size(),
        info.resize(),
        info.train(),
        info.test(),
        info.status(),
        normalization == null ? null : normalization.mean(),
        normalization == null ? null : normalization.standardDeviation(),
        info.sha256(),
        info.progress(),
        info.error(),
        info.uploaded() == null ? null : info.uploaded().createdAt(),
        upload(info),
        report);
  }

  private static @Nullable UploadResponse upload(DatasetInfo info) {
    DatasetInfo.Upload upload = info.uploaded() == null ? null : info.uploaded().upload();
    return upload == null ? null : UploadResponse.of(upload);
  }
}
