package dev.resnet.engine;

/** How a batch of images lies in memory; both c-ordered float32. */
public enum ImageLayout {
  /** [batch, channels, height, width] */
  NCHW,
  /** [batch, height, width, channels] */
  NHWC
}
