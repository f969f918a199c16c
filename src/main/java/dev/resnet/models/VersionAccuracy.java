package dev.resnet.models;

import java.util.OptionalDouble;

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
   * @return empty if the version can't be evaluated on them; the log has the cause
   */
  OptionalDouble testAccuracy(ModelVersion version, String dataset, String dataSha256);
}
