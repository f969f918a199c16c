package dev.resnet.network;

/**
 * The residual network of He et al. (2015), section 4.2, with pre-activation blocks (He et al.,
 * 2016): depth 6n+2 on 32×32 images.
 *
 * @param stackN blocks per stage, at least 1
 * @param classes outputs, at least 2
 */
public record ResNetSpec(int stackN, int classes) {

  /** Layers with weights on the longest path. */
  public int depth() {
    return 6 * stackN + 2;
  }

  /**
   * All parameters, counting the running mean and variance of each batch normalisation: 274,442 at
   * n=3 with 10 classes.
   */
  public long parameters() {
    long n = 0;
    int in = 16;
    n += conv(3, 3, 16);
    for (int stage = 0; stage < 3; stage++) {
      int out = 16 << stage;
      for (int block = 0; block < stackN; block++) {
        boolean projection = stage > 0 && block == 0;
        n += norm(in) + conv(3, in, out) + norm(out) + conv(3, out, out);
        n += projection ? conv(1, in, out) : 0;
        in = out;
      }
    }
    return n + norm(in) + (in + 1L) * classes;
  }

  private static long conv(int kernel, int in, int out) {
    return (long) kernel * kernel * in * out + out;
  }

  private static long norm(int channels) {
    return 4L * channels;
  }
}
