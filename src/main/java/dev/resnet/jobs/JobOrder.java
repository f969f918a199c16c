package dev.resnet.jobs;

import java.util.Locale;

/** Sort keys for lists of jobs; equal jobs are sorted by submission. */
public enum JobOrder {
  CREATED_AT,
  STARTED_AT,
  FINISHED_AT,
  NAME,
  STATUS,
  STACK_N,
  PRIORITY,
  DATASET,
  MODEL;

  /** The API's name; also the column. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
