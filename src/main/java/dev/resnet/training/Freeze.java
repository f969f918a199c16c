package dev.resnet.training;

/** Which part of a network that starts from earlier weights keeps them. */
public enum Freeze {
  /** Every variable is trained. */
  NONE,
  /**
   * Only the last dense layer is trained; batch normalisation uses and keeps the running statistics
   * of the start.
   */
  BACKBONE
}
