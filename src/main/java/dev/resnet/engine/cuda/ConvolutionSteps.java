package dev.resnet.engine.cuda;

import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.ConvolutionBackward;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import dev.resnet.engine.program.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Convolutions of any shape: generic-convolution.cu. */
final class ConvolutionSteps {
  private static final int BLOCK = 128;

  /** Products of pixels and channels that one block computes. */
  private static final int TILE_ELEMENTS = 2048;

  /** The channels of a tile, at most. */
  private static final int LARGEST_TILE = 64;

  /** Blocks that keep a large GPU busy. */
  private static final int BUSY = 1024;

  /** The fewest pixels that a slice of a weight gradient is worth. */
  private static final int SLICE = 256;

  private final Binding binding;
  private final Kernels kernels;

  ConvolutionSteps(Binding binding, Kernels kernels) {
    this.binding = binding;
    this.kernels = kernels;
  }

  Step forward(Convolution op) {
    DeviceParameters parameters = binding.parameters();
    return Step.of(
        op,
        (places, launches) ->
            launches.accept(
                forward(
                    op,
                    places.of(op.source()),
                    parameters.value(op.weights()),
                    op.bias() == null ? 0 : parameters.value(op.bias()),
                    op.residual() == null ? 0 : places.of(op.residual()),
                    places.of(op.target()),
                    false)));
  }

  Step forward(FoldedConvolution op) {
    FoldedWeights.Place folded = Objects.requireNonNull(binding.folded()).of(op);
    return Step.of(
        op,
        (places, launches) ->
            launches.accept(
                forward(
                    op.convolution(),
                    places.of(op.source()),
                    folded.weights(),
                    folded.bias(),
                    0,
                    places.of(op.target()),
                    op.normalization().relu())));
  }

  private Launch forward(
      Convolution op,
      long source,
      long weights,
      long bias,
      long residual,
      long target,
      boolean relu) {
    int channels = op.target().channels();
    return kernels.launch(
        "convolutionForward",
        pixelTiles(op.target(), channels),
        Kernels.blocks(channels, tile(channels)),
        BLOCK,
        new Arguments()
            .addresses(source, weights, bias, residual, target)
            .integers(sizes(op))
            .integers(relu ? 1 : 0));
  }

  List<Step> backward(ConvolutionBackward op) {
    List<Step> steps = new ArrayList<>();
    if (op.sourceGradient() != null) {
      steps.add(sourceGradient(op.forward(), op.targetGradient(), op.sourceGradient()));
    }
    steps.add(weightsGradient(op.forward(), op.targetGradient()));
    if (op.bias() != null) {
      steps.add(biasGradient(op.targetGradient(), op.bias()));
    }
    return steps;
  }

  private Step sourceGradient(Convolution op, Tensor targetGradient, Tensor sourceGradient) {
    int channels = op.source().channels();
    return new Step(
        List.of(targetGradient),
        List.of(sourceGradient),
        0,
        (places, launches) ->
            launches.accept(
                kernels.launch(
                    "convolutionSourceGradient",
                    pixelTiles(op.source(), channels),
                    Kernels.blocks(channels, tile(channels)),
                    BLOCK,
                    new Arguments()
                        .addresses(
                            places.of(targetGradient),
                            binding.parameters().value(op.weights()),
                            places.of(sourceGradient))
                        .integers(sizes(op)))));
  }

  private Step weightsGradient(Convolution op, Tensor targetGradient) {
    Window window = op.window();
    int in = op.source().channels();
    int out = op.target().channels();
    int tile = tile(Math.max(in, out));
    int kernel = window.kernelHeight() * window.kernelWidth();
    int tiles = kernel * Kernels.blocks(out, tile) * Kernels.blocks(in, tile);
    int slices = Kernels.blocks(binding.rows(op.target()), SLICE);
    int splits = Math.max(1, Math.min(Kernels.blocks(BUSY, tiles), slices));
    int count = op.weights().length();
    return new Step(
        List.of(op.source(), targetGradient),
        List.of(),
        (long) splits * count * Float.BYTES,
        (places, launches) -> {
          long gradient = binding.parameters().gradient(op.weights());
          launches.accept(
              kernels.launch(
                  "convolutionWeightsGradient",
                  splits,
                  tiles,
                  Kernels.BLOCK,
                  new Arguments()
                      .addresses(
                          places.of(op.source()),
                          places.of(targetGradient),
                          gradient,
                          places.scratch())
                      .integers(sizes(op))
                      .integers(splits)));
          launches.accept(
              kernels.launch(
                  "sumPartials",
                  Kernels.blocks(count, 32),
                  1,
                  Kernels.BLOCK,
                  new Arguments().addresses(places.scratch(), gradient).integers(count, splits)));
        });
  }

  private Step biasGradient(Tensor targetGradient, Variable bias) {
    long rows = binding.rows(targetGradient);
    int channels = targetGradient.channels();
    return new Step(
        List.of(targetGradient),
        List.of(),
        (long) ChannelSums.slices(rows) * channels * Float.BYTES,
        (places, launches) ->
            launches.accept(
                ChannelSums.launch(
                    kernels,
                    "biasGradient",
                    rows,
                    channels,
                    new Arguments()
                        .addresses(
                            places.of(targetGradient),
                            binding.parameters().gradient(bias),
                            places.scratch(),
                            ChannelSums.tickets(places, channels))
                        .counts(rows)
                        .integers(channels))));
  }

  private int pixelTiles(Tensor tensor, int channels) {
    return Kernels.blocks(binding.rows(tensor) * tile(channels), TILE_ELEMENTS);
  }

  private static int tile(int channels) {
    return channels <= 16 ? 16 : channels <= 32 ? 32 : LARGEST_TILE;
  }

  /** n, h, wd, cin, oh, ow, cout, kh, kw, sh, sw, top, left. */
  private int[] sizes(Convolution op) {
    Window window = op.window();
    return new int[] {
      binding.batch(),
      op.source().height(),
      op.source().width(),
      op.source().channels(),
      op.target().height(),
      op.target().width(),
      op.target().channels(),
      window.kernelHeight(),
      window.kernelWidth(),
      window.strideHeight(),
      window.strideWidth(),
      window.top(),
      window.left()
    };
  }
}
