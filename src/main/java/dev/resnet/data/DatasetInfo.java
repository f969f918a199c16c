package dev.resnet.data;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.ResizePolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a data set without loading it.
 *
 * @param shape of every image
 * @param resize how images of another size become one of this data set
 * @param train number of training images
 * @param test number of test images
 * @param normalization null until the data set has been loaded once in this process
 * @param sha256 null until then, too
 * @param progress fraction of a download, 0 to 1; null if none is running
 * @param error why the last attempt failed, also while a download is retried; null otherwise
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
    @Nullable String error) {

  /** {@code ABSENT} data sets are downloaded when a job first needs them. */
  public enum Status {
    ABSENT,
    DOWNLOADING,
    READY,
    FAILED
  }
}
