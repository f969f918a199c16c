package dev.resnet.data;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.ResizePolicy;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a data set without loading it.
 *
 * @param shape of every image
 * @param resize how images of another size become one of this data set
 * @param train number of training images
 * @param test number of test images
 * @param normalization of a built-in data set: null until it has been loaded once in this process
 * @param sha256 null like the normalization; also names the version of an uploaded data set
 * @param progress fraction of a download or of the first conversion, 0 to 1; null if none is
 *     running
 * @param error why the last attempt failed, also while a download is retried; null otherwise
 * @param uploaded null for built-in data sets
 */
public record DatasetInfo(
    String name,
    List<String> classes,
    ImageShape shape,
    ResizePolicy resize,
    int train,
    int test,
    Status status,
    @Nullable Normalization normalization,
    @Nullable String sha256,
    @Nullable Double progress,
    @Nullable String error,
    @Nullable Uploaded uploaded) {

  /**
   * {@code ABSENT} data sets are downloaded when a job first needs them. {@code CONVERTING}: the
   * first archive of an uploaded data set has not become pictures yet.
   */
  public enum Status {
    ABSENT,
    DOWNLOADING,
    CONVERTING,
    READY,
    FAILED
  }

  /**
   * What only uploaded data sets have.
   *
   * @param createdAt when this version was finished; before the first, when its archive came
   * @param upload the archive that is being converted, or whose conversion failed; null otherwise
   */
  public record Uploaded(Instant createdAt, @Nullable Upload upload) {}

  /**
   * The last upload, unless it has become a version.
   *
   * @param converting false if it failed
   * @param progress converted fraction, 0 to 1
   * @param error why it failed, or what delays it; null otherwise
   */
  public record Upload(
      boolean converting, double progress, @Nullable String error, Instant createdAt) {}

  /** The version that a job has to keep; null for a built-in data set, which has only one. */
  public @Nullable String version() {
    return uploaded == null ? null : sha256;
  }
}
