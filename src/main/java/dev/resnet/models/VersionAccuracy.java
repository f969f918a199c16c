package dev.resnet.models;

import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Evaluates a version on other images than its training did. The registry asks before it decides
 * about a promotion, outside of any transaction; the answer may take minutes.
 */
@FunctionalInterface
public interface VersionAccuracy {

  /**
   * The accuracy of a version on all test images of a data set that has the same classes.
   *
   * @param dataSha256 names the version of the data set
   * @param stop asked after every batch
   * @return empty if the version can't be evaluated on them; the log has the cause
   * @throws CancellationException if {@code stop} or the end of the service ended it
   */
  OptionalDouble testAccuracy(
      ModelVersion version, String dataset, String dataSha256, BooleanSupplier stop);
}
