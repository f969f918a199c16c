package dev.resnet.jobs;

import java.util.Locale;

/** What a list of jobs can be sorted by; equal ones stand in the order of their submission. */
public enum JobOrder {
  CREATED_AT,
  STARTED_AT,
  FINISHED_AT,
  NAME,
  STATUS,
  STACK_N;

  /** As clients write it; also the column. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
