package dev.resnet.housekeeping;

import java.util.Locale;

/** What can be deleted. */
enum Kind {
  JOB,
  CHECKPOINTS,
  MODEL_VERSION,
  DATASET_VERSION,
  ORPHAN;

  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
