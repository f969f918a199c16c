package dev.resnet.engine.cuda;

import dev.resnet.engine.cuda.FusedKernel.Convolve;
import dev.resnet.engine.cuda.FusedKernel.Epilogue;
import dev.resnet.engine.cuda.FusedKernel.FilterGradient;
import dev.resnet.engine.cuda.FusedKernel.Head;
import dev.resnet.engine.cuda.FusedKernel.Prologue;
import dev.resnet.engine.cuda.FusedKernel.Shape;
import dev.resnet.engine.cuda.FusedKernel.SourceGradient;
import dev.resnet.engine.program.Access;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which kernels a network becomes, in order, and which tensors they work on. Each step back
 * computes the gradient of its convolution's result while it loads it, and cuts its own result by
 * the ReLU before: so no pass over memory is left that only normalises or adds.
 */
final class FusedPlan {
  private final FusedNetwork network;
  private final List<Forward> forward = new ArrayList<>();
  private final List<Back> backward = new ArrayList<>();
  private final Head head;
  private final Tensor input;

  /** A convolution on the way forward. */
  record Forward(Convolution convolution, Convolve kernel) {}

  /**
   * A convolution on the way back.
   *
   * @param source null where only the weights' gradient is wanted
   * @param result null where {@code source} is
   * @param added another contribution to the result; null for none
   * @param gradient of the convolution's result, once the step has run
   * @param direct computes {@code gradient} where {@code source} is null; else null
   */
  record Back(
      Convolution convolution,
      @Nullable Convolve source,
      @Nullable Tensor result,
      @Nullable Tensor added,
      Tensor gradient,
      @Nullable SourceGradient direct,
      FilterGradient weights) {}

  /** What a kernel reads and writes. */
  private record Use(List<Tensor> reads, List<Tensor> writes) implements Access {}

  FusedPlan(FusedNetwork network) {
    this.network = network;
    Tensor images = network.program().input();
    this.input =
        new Tensor(images.name(), FusedNetwork.INPUT_CHANNELS, images.height(), images.width());
    this.head =
        new Head(
            network.pooling().source().channels(), network.trains(), network.program().classes());
    network.convolutions().forEach(convolution -> forward.add(forward(convolution)));
    if (network.trains()) {
      planBackward();
    }
  }

  private Forward forward(Convolution convolution) {
    boolean measured = network.trains() && network.normalizationOf(convolution.target()) != null;
    return new Forward(
        convolution,
        new Convolve(
            false,
            Shape.of(convolution),
            network.inputs(convolution),
            convolution.target().channels(),
            prologue(convolution),
            convolution.residual() != null,
            measured ? Epilogue.STATISTICS : Epilogue.STORE));
  }

  private Prologue prologue(Convolution convolution) {
    return network.readsImages(convolution) ? Prologue.PLAIN : Prologue.NORMALIZE;
  }

  private void planBackward() {
    Set<Tensor> open = new HashSet<>(); // normalised tensors with a first contribution so far
    for (int i = network.convolutions().size() - 1; i >= 0; i--) {
      Convolution convolution = network.convolutions().get(i);
      Tensor target = convolution.target();
      Tensor gradient = gradientOf(target);
      boolean normalised = network.normalizationOf(target) != null;
      boolean shortcut = network.shortcutOf(target) != null;
      var weights =
          new FilterGradient(
              Shape.of(convolution),
              network.inputs(convolution),
              target.channels(),
              prologue(convolution));
      if (network.readsImages(convolution)) {
        var direct = normalised ? new SourceGradient(target.channels(), shortcut) : null;
        backward.add(new Back(convolution, null, null, null, gradient, direct, weights));
        continue;
      }
      Tensor source = convolution.source();
      boolean isLast = readersBefore(source, i) == 0;
      Tensor added = open.contains(source) ? partOf(source) : null;
      open.add(source);
      Prologue prologue =
          !normalised ? Prologue.PLAIN : shortcut ? Prologue.GRADIENT_AND_MORE : Prologue.GRADIENT;
      var kernel =
          new Convolve(
              true,
              Shape.of(convolution),
              target.channels(),
              source.channels(),
              prologue,
              added != null,
              isLast ? Epilogue.MASK : Epilogue.STORE);
      Tensor result = isLast ? gradientOfNormalised(source) : partOf(source);
      backward.add(new Back(convolution, kernel, result, added, gradient, null, weights));
    }
  }

  private long readersBefore(Tensor source, int end) {
    return network.convolutions().subList(0, end).stream()
        .filter(convolution -> convolution.source().equals(source))
        .count();
  }

  /**
   * The gradient of a convolution's result. Of one that only a shortcut reads it is the gradient of
   * the sum.
   */
  Tensor gradientOf(Tensor target) {
    Convolution sum = network.shortcutOf(target);
    return network.normalizationOf(target) == null && sum != null
        ? gradientOf(sum.target())
        : like(target, ":gradient");
  }

  /** The gradient that a shortcut brings to a tensor. */
  Tensor gradientOfShortcut(Tensor target) {
    Convolution sum = network.shortcutOf(target);
    if (sum == null) {
      throw new IllegalArgumentException(target.name() + " is no shortcut");
    }
    return gradientOf(sum.target());
  }

  /** The gradient of a normalised tensor, cut by its ReLU. */
  Tensor gradientOfNormalised(Tensor normalised) {
    return like(normalised, ":normalised gradient");
  }

  /** A contribution to it. */
  private static Tensor partOf(Tensor normalised) {
    return like(normalised, ":part");
  }

  private static Tensor like(Tensor tensor, String suffix) {
    return new Tensor(tensor.name() + suffix, tensor.channels(), tensor.height(), tensor.width());
  }

  FusedNetwork network() {
    return network;
  }

  /** The images with padded channels. */
  Tensor input() {
    return input;
  }

  /** What a convolution loads on the way forward: the tensor before the normalisation. */
  Tensor loaded(Convolution convolution) {
    return network.readsImages(convolution)
        ? input
        : network.normalizationTo(convolution.source()).source();
  }

  /** The normalisation at the end. */
  Normalization lastNormalization() {
    return network.normalizationTo(network.pooling().source());
  }

  List<Forward> forward() {
    return forward;
  }

  List<Back> backward() {
    return backward;
  }

  Head head() {
    return head;
  }

  /** All kernels. */
  List<FusedKernel> kernels() {
    List<FusedKernel> kernels = new ArrayList<>();
    forward.forEach(step -> kernels.add(step.kernel()));
    kernels.add(head);
    for (Back step : backward) {
      kernels.add(step.weights());
      if (step.source() != null) {
        kernels.add(step.source());
      }
      if (step.direct() != null) {
        kernels.add(step.direct());
      }
    }
    return kernels;
  }

  /**
   * Whether a block of every kernel fits onto a multiprocessor, and the kernels can count the
   * elements of every tensor, which they do in 32 bits.
   *
   * @param batch the largest
   */
  boolean fits(Gpu gpu, int batch) {
    int reserve = 8 << 10; // static shared memory: 7,184 bytes at most
    long largest =
        forward.stream()
            .map(Forward::convolution)
            .mapToLong(c -> Math.max(c.target().elements(), loaded(c).elements()))
            .max()
            .orElseThrow();
    return batch * largest <= Integer.MAX_VALUE
        && kernels().stream()
            .allMatch(kernel -> kernel.sharedBytes() + reserve <= gpu.sharedBytes());
  }

  /** How many partial sums the gradient of each convolution's weights has. */
  Map<Variable, Integer> sums(int batch, Gpu gpu) {
    Map<Variable, Integer> sums = new HashMap<>();
    for (Back step : backward) {
      sums.put(step.convolution().weights(), step.weights().blocks(batch, gpu));
    }
    return sums;
  }

  /**
   * What the steps read and write, in order. The second stream's steps count as the last ones, so
   * nothing that they read is overwritten before.
   */
  List<Access> accesses() {
    List<Access> steps = new ArrayList<>();
    List<Tensor> readAside = new ArrayList<>();
    for (Forward step : forward) {
      List<Tensor> reads = new ArrayList<>(List.of(loaded(step.convolution())));
      add(reads, step.convolution().residual());
      steps.add(new Use(reads, List.of(step.convolution().target())));
    }
    Tensor last = lastNormalization().source();
    boolean trains = network.trains();
    List<Tensor> made = new ArrayList<>(List.of(network.program().logits()));
    if (trains) {
      made.add(gradientOfNormalised(network.pooling().source()));
    }
    steps.add(new Use(List.of(last), made));
    for (Back step : backward) {
      steps.add(access(step));
      readAside.add(loaded(step.convolution()));
      readAside.add(step.gradient());
    }
    steps.add(new Use(readAside, List.of()));
    return steps;
  }

  private Access access(Back step) {
    Tensor target = step.convolution().target();
    Normalization norm = network.normalizationOf(target);
    List<Tensor> reads = new ArrayList<>();
    List<Tensor> writes = new ArrayList<>();
    if (norm == null) {
      reads.add(step.gradient());
    } else {
      reads.add(gradientOfNormalised(norm.target()));
      reads.add(target);
      if (network.shortcutOf(target) != null) {
        reads.add(gradientOfShortcut(target));
      }
      writes.add(step.gradient());
    }
    add(reads, step.added());
    if (step.result() != null) {
      writes.add(step.result());
      reads.add(loaded(step.convolution()));
    }
    return new Use(reads, writes);
  }

  private static void add(List<Tensor> tensors, @Nullable Tensor tensor) {
    if (tensor != null) {
      tensors.add(tensor);
    }
  }
}
