package dev.resnet.engine.cuda;

/**
 * The geometry of the kernels of normalization.cu that sum the rows of a [rows, channels] tensor:
 * slices of the rows, added up in order by the last block to finish.
 */
final class ChannelSums {
  /** The channels of one block. */
  private static final int CHANNELS = 64;

  private ChannelSums() {}

  static int slices(long rows) {
    return Math.min(256, Kernels.blocks(rows, 64));
  }

  static Launch launch(Kernels kernels, String name, long rows, int channels, Arguments arguments) {
    return kernels.launch(
        name, slices(rows), Kernels.blocks(channels, CHANNELS), Kernels.BLOCK, arguments);
  }

  /** Counters for one kernel, zero at first; each launch leaves them at zero. */
  static long tickets(Places places, int channels) {
    return places.keep((long) Kernels.blocks(channels, CHANNELS) * Integer.BYTES);
  }
}
