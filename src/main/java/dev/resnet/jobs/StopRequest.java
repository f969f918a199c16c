package dev.resnet.jobs;

/** What a user wants of a running job; its owner stops within one batch. */
public enum StopRequest {
  /** Keep the job until it is resumed. */
  PAUSE,
  /** End the job. Replaces {@link #PAUSE}, never the other way round. */
  CANCEL
}
