package dev.resnet.evaluation;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ImageSet;
import java.util.Locale;

/** The two parts of a data set. */
public enum Split {
  TRAIN,
  TEST;

  /** The name in requests, answers and rows. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Parses a {@link #wireName}. */
  static Split of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  ImageSet of(Dataset dataset) {
    return this == TRAIN ? dataset.train() : dataset.test();
  }

  int count(DatasetInfo dataset) {
    return this == TRAIN ? dataset.train() : dataset.test();
  }
}
