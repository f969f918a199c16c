package dev.resnet.engine.cuda;

import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Window;
import java.util.Locale;

/**
 * One instance of a kernel template, of {@code convolution.cu} for example. Instances with the same
 * text are the same kernel.
 */
sealed interface FusedKernel {
  /** Bytes of a bfloat16. */
  int BYTES = 2;

  /** A unique name. */
  String name();

  /** The kernel's source: a call of the template. */
  String text();

  /** Threads of a block. */
  int threads();

  /** Dynamic shared memory of a block. */
  int sharedBytes();

  /** The shape of a convolution, as the templates want it. */
  record Shape(int height, int width, int kernel, int stride, int padding) {
    static Shape of(Convolution convolution) {
      Window window = convolution.window();
      Tensor source = convolution.source();
      return new Shape(
          source.height(),
          source.width(),
          window.kernelHeight(),
          window.strideHeight(),
          window.top());
    }

    int taps() {
      return kernel * kernel;
    }

    /** Pixels of an output image. */
    int outputs() {
      return height / stride * (width / stride);
    }

    String type() {
      return "Shape<%d, %d, %d, %d, %d, %d>"
          .formatted(height, width, kernel, stride, padding, padding);
    }

    String id() {
      return "%dx%d_%ds%dp%d".formatted(height, width, kernel, stride, padding);
    }

    /** Rows of shared memory for a tile of the source; see Forward::maxRows. */
    int forwardRows(int tile) {
      int w = width / stride;
      int span =
          tile % w == 0
              ? stride * width * (tile / w - 1) + stride * (w - 1)
              : w % tile == 0
                  ? stride * (tile - 1)
                  : stride * width * ((tile - 1) / w + 1) + stride * (w - 1);
      return span + (kernel - 1) * width + kernel;
    }

    /** The same for a tile of the target's gradient; see Backward::maxRows. */
    int backwardRows(int tile) {
      int w = width / stride;
      if (stride == 1) {
        return tile + (kernel - 1) * (w + 1);
      }
      int rows =
          tile % width == 0 ? tile / width - 1 : width % tile == 0 ? 0 : (tile - 1) / width + 1;
      return ((rows + kernel - 1) / stride + 2) * w;
    }
  }

  /** How a convolution's input is transformed while it is loaded; the names are the templates'. */
  enum Prologue {
    PLAIN,
    NORMALIZE,
    GRADIENT,
    GRADIENT_AND_MORE
  }

  /** What happens to a convolution's result. */
  enum Epilogue {
    STORE,
    STATISTICS,
    MASK
  }

  /**
   * A convolution, forward or to the gradient of its source.
   *
   * @param gathered channels of what is loaded
   * @param made channels of the result
   * @param added whether another tensor is added to the result
   */
  record Convolve(
      boolean backward,
      Shape shape,
      int gathered,
      int made,
      Prologue prologue,
      boolean added,
      Epilogue epilogue)
      implements FusedKernel {
    private static final String PARAMETERS =
        "const Bf16* x, const float* xNorm, const Bf16* xSource, const Bf16* xMore, Bf16* side,"
            + " const Bf16* weights, const float* bias, const Bf16* added, Bf16* y, float* yNorm,"
            + " const Bf16* ySource, float* partials, u32* ticket, const float* parameters,"
            + " float* gradients, int scale, int shift, int mean, int variance, float epsilon,"
            + " float share, int images";

    /** Pixels of a tile; measured, as the other figures of geometry are. */
    int tile() {
      return made == 64 ? 64 : isWide() ? 256 : 128;
    }

    /** Whether eight warps share a tile's pixels: they need the range of the source once. */
    private boolean isWide() {
      return made < 64 && epilogue != Epilogue.STORE && (backward || shape.stride() == 1);
    }

    private int warpsForPixels() {
      return isWide() ? 8 : 4;
    }

    private int warpsForChannels() {
      return made == 64 ? 2 : 1;
    }

    /** Blocks that work on a multiprocessor at the same time. */
    private int blocksAtOnce() {
      return made == 16 && isWide() ? 2 : threads() == 256 ? 1 : 3;
    }

    @Override
    public String name() {
      return "%s_%s_%d_%d_%s%s_%s"
          .formatted(
              backward ? "backward" : "forward",
              shape.id(),
              gathered,
              made,
              prologue,
              added ? "_ADDED" : "",
              epilogue)
          .toLowerCase(Locale.ROOT);
    }

    @Override
    public String text() {
      return """
          extern "C" __global__ void __launch_bounds__(%d, %d) %s(%s) {
            typedef %s G;
            convolve<%s<G>, G, %s, %d, %d, %s, %s, %s, %d, %d, %d>(x, xNorm, xSource, xMore, side, weights, bias, added, y, yNorm, ySource, partials, ticket, parameters, gradients, scale, shift, mean, variance, epsilon, share, images);
          }
          """
          .formatted(
              threads(),
              blocksAtOnce(),
              name(),
              PARAMETERS,
              shape.type(),
              backward ? "Backward" : "Forward",
              backward,
              gathered,
              made,
              prologue,
              added,
              epilogue,
              tile(),
              warpsForPixels(),
              warpsForChannels());
    }

    @Override
    public int threads() {
      return 32 * warpsForPixels() * warpsForChannels();
    }

    @Override
    public int sharedBytes() {
      int rows = backward ? shape.backwardRows(tile()) : shape.forwardRows(tile());
      return ((rows + 1) * gathered + shape.taps() * gathered * made) * BYTES;
    }

    /** Blocks of the grid: no more than tiles, and no more than work at the same time. */
    int blocks(int images, Gpu gpu) {
      int pixels = backward ? shape.height() * shape.width() : shape.outputs();
      int tiles = Kernels.blocks((long) images * pixels, tile());
      return Math.min(tiles, blocksAtOnce() * gpu.multiprocessors());
    }
  }

  /** The gradient of a convolution's weights, as partial sums. */
  record FilterGradient(Shape shape, int inputs, int outputs, Prologue prologue)
      implements FusedKernel {
    /** Pixels of a tile. */
    int tile() {
      return outputs == 64 && shape.stride() == 2 ? 64 : 128;
    }

    private int tilesOfWarp() {
      return inputs == 64 ? 4 : 2;
    }

    /** Warps that share the pixels of a tile. */
    private int split() {
      return Math.max(1, 4 / (outputs / 16 * (inputs / 8 / tilesOfWarp())));
    }

    /** The second dimension of the grid: each part takes a row of the taps. */
    int parts() {
      return outputs == 64 ? shape.kernel() : 1;
    }

    @Override
    public String name() {
      return "filter_%s_%d_%d_%s"
          .formatted(shape.id(), inputs, outputs, prologue)
          .toLowerCase(Locale.ROOT);
    }

    @Override
    public String text() {
      return """
          extern "C" __global__ void __launch_bounds__(%d) %s(const Bf16* x, const float* xNorm, const Bf16* dy, float* partials, int images) {
            convolveWeights<%s, %d, %d, %s, %d, %d, %d, %d>(x, xNorm, dy, partials, images);
          }
          """
          .formatted(
              threads(),
              name(),
              shape.type(),
              inputs,
              outputs,
              prologue,
              tile(),
              tilesOfWarp(),
              split(),
              parts());
    }

    @Override
    public int threads() {
      return 32 * (outputs / 16) * (inputs / 8 / tilesOfWarp()) * split();
    }

    @Override
    public int sharedBytes() {
      int tiles = ((shape.forwardRows(tile()) + 1) * inputs + tile() * outputs) * BYTES;
      int sums = split() > 1 ? size() / parts() * Float.BYTES : 0;
      return Math.max(tiles, sums);
    }

    /** Weights, with those of padding. */
    int size() {
      return shape.taps() * inputs * outputs;
    }

    /** Blocks of the grid's first dimension, each with a partial sum of its own. */
    int blocks(int images, Gpu gpu) {
      int tiles = Kernels.blocks((long) images * shape.outputs(), tile());
      int most =
          outputs == 64
              ? gpu.multiprocessors() / (shape.stride() == 2 ? 2 : 4)
              : gpu.multiprocessors() * (inputs == 16 ? 2 : 1);
      return Math.min(tiles, Math.max(1, most));
    }
  }

  /** The end of the network, with the loss; where it trains, also the first step back. */
  record Head(int channels, boolean trains, int classes) implements FusedKernel {
    @Override
    public String name() {
      return "head_%d_%s".formatted(channels, trains ? "training" : "evaluation");
    }

    @Override
    public String text() {
      return """
          extern "C" __global__ void __launch_bounds__(%d) %s(const Bf16* x, float* norm, int area, const float* weights, const float* bias, const int* labels, Bf16* dz, float* pooled, float* dLogits, float* logits, float* losses, int* hits, float* partials, u32* ticket, const float* parameters, float* gradients, int scale, int shift, double* lossSum, u64* hitSum, int classes, float own, float other, const float* classWeights) {
            head<%d, %s>(x, norm, area, weights, bias, labels, dz, pooled, dLogits, logits, losses, hits, partials, ticket, parameters, gradients, scale, shift, lossSum, hitSum, classes, own, other, classWeights);
          }
          """
          .formatted(threads(), name(), channels, trains);
    }

    @Override
    public int threads() {
      return 128;
    }

    @Override
    public int sharedBytes() {
      return classes * Float.BYTES;
    }
  }

  /** The gradient of a tensor that no convolution's backward step computes along. */
  record SourceGradient(int channels, boolean more) implements FusedKernel {
    @Override
    public String name() {
      return "source_gradient_%d%s".formatted(channels, more ? "_more" : "");
    }

    @Override
    public String text() {
      return """
          extern "C" __global__ void __launch_bounds__(%d) %s(const Bf16* dz, const Bf16* x, const float* norm, const Bf16* more, Bf16* out, int pixels) {
            sourceGradient<%d, %s>(dz, x, norm, more, out, pixels);
          }
          """
          .formatted(threads(), name(), channels, more);
    }

    @Override
    public int threads() {
      return 256;
    }

    @Override
    public int sharedBytes() {
      return 0;
    }
  }
}
