package dev.resnet.engine.cuda;

import dev.resnet.engine.Objective;
import dev.resnet.engine.cuda.FusedKernel.Convolve;
import dev.resnet.engine.cuda.FusedKernel.Epilogue;
import dev.resnet.engine.cuda.FusedPlan.Back;
import dev.resnet.engine.cuda.FusedPlan.Forward;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns the steps of a plan into launches, once it is known where everything lies. */
final class FusedLaunches {
  /** Floats that a normalisation keeps for each channel; see NormRow. */
  private static final int NORM_ROWS = 7;

  /** Ints of a FixedNorm of {@code network.cu}. */
  private static final int FIXED_NORM_FIELDS = 8;

  private final Binding binding;
  private final FusedPlan plan;
  private final FusedKernels kernels;
  private final PackedFilters filters;
  private final Kernels generic;
  private final Gpu gpu;
  private final Places places;
  private final DeviceParameters parameters;

  /** The addresses of what normalisations keep. */
  private final Map<Normalization, Long> norms = new HashMap<>();

  /** Where a launch goes. */
  enum Lane {
    FIRST,
    SECOND,
    /** The first stream, after all that the second one has. */
    FIRST_AFTER_SECOND
  }

  /** A launch and its lane. */
  record Queued(Launch launch, Lane lane) {}

  FusedLaunches(
      Binding binding,
      FusedPlan plan,
      FusedKernels kernels,
      PackedFilters filters,
      Kernels generic,
      Gpu gpu,
      Places places) {
    this.binding = binding;
    this.plan = plan;
    this.kernels = kernels;
    this.filters = filters;
    this.generic = generic;
    this.gpu = gpu;
    this.places = places;
    this.parameters = binding.parameters();
    placeNorms();
  }

  /** One behind the other, so that an offset finds each. */
  private void placeNorms() {
    List<Normalization> all = plan.network().normalizations();
    long floats = all.stream().mapToLong(norm -> NORM_ROWS * channels(norm)).sum();
    long at = places.keep(floats * Float.BYTES);
    for (Normalization norm : all) {
      norms.put(norm, at);
      at += (long) NORM_ROWS * channels(norm) * Float.BYTES;
    }
  }

  private static int channels(Normalization norm) {
    return norm.scale().length();
  }

  /** In the order in which they are queued. */
  List<Queued> all() {
    List<Queued> launches = new ArrayList<>();
    boolean trains = plan.network().trains();
    Consumer<Launch> main = launch -> launches.add(new Queued(launch, Lane.FIRST));
    Consumer<Launch> aside = launch -> launches.add(new Queued(launch, Lane.SECOND));
    if (!trains) {
      main.accept(fixedNorms());
    }
    plan.forward().forEach(step -> main.accept(forward(step)));
    head(main, aside);
    for (Back step : plan.backward()) {
      if (step.source() != null) {
        main.accept(source(step, step.source()));
      } else if (step.direct() != null) {
        main.accept(direct(step));
      }
      aside.accept(weights(step));
    }
    if (trains) {
      update(launch -> launches.add(new Queued(launch, Lane.FIRST_AFTER_SECOND)));
    } else if (binding.totals() == null) {
      main.accept(
          generic.warps(
              "softmax",
              binding.batch(),
              new Arguments()
                  .addresses(places.of(binding.program().logits()), places.probabilities())
                  .integers(binding.batch(), binding.program().classes())));
    }
    return launches;
  }

  private Launch fixedNorms() {
    List<Normalization> all = plan.network().normalizations();
    long base = norms.get(all.get(0));
    int[] table = new int[all.size() * FIXED_NORM_FIELDS];
    for (int i = 0; i < all.size(); i++) {
      Normalization norm = all.get(i);
      int at = i * FIXED_NORM_FIELDS;
      table[at] = Math.toIntExact((norms.get(norm) - base) / Float.BYTES);
      table[at + 1] = offset(norm.scale());
      table[at + 2] = offset(norm.shift());
      table[at + 3] = offset(norm.mean());
      table[at + 4] = offset(norm.variance());
      table[at + 5] = channels(norm);
      table[at + 6] = Float.floatToRawIntBits((float) norm.epsilon());
    }
    return kernels.launch(
        "fixNorms",
        all.size(),
        64,
        new Arguments().addresses(places.keep(table), parameters.values(), base));
  }

  private static int offset(Variable variable) {
    return Math.toIntExact(variable.offset());
  }

  private Launch forward(Forward step) {
    Convolution convolution = step.convolution();
    Convolve kernel = step.kernel();
    Tensor target = convolution.target();
    boolean measured = kernel.epilogue() == Epilogue.STATISTICS;
    Normalization norm = measured ? plan.network().normalizationOf(target) : null;
    int blocks = kernel.blocks(binding.batch(), gpu);
    Variable bias = convolution.bias();
    Tensor residual = convolution.residual();
    var arguments =
        new Arguments()
            .addresses(
                places.of(plan.loaded(convolution)),
                sourceNorm(convolution),
                0,
                0,
                0,
                filters.packed(convolution),
                bias == null ? 0 : parameters.value(bias),
                residual == null ? 0 : places.of(residual),
                places.of(target));
    return kernels.launch(
        kernel, blocks, 1, ending(arguments, norm, norm == null ? 0 : norms.get(norm), 0, blocks));
  }

  private long sourceNorm(Convolution convolution) {
    return plan.network().readsImages(convolution)
        ? 0
        : norms.get(plan.network().normalizationTo(convolution.source()));
  }

  /** The arguments of a convolution's epilogue. */
  private Arguments ending(
      Arguments arguments, @Nullable Normalization norm, long row, long source, int blocks) {
    if (norm == null) {
      arguments.addresses(0, 0, 0, 0, 0, 0).integers(0, 0, 0, 0).reals(0, 0);
    } else {
      arguments
          .addresses(
              row,
              source,
              places.keep(2L * channels(norm) * blocks * Float.BYTES),
              places.keep(Integer.BYTES),
              parameters.values(),
              parameters.gradients())
          .integers(
              offset(norm.scale()),
              offset(norm.shift()),
              offset(norm.mean()),
              offset(norm.variance()))
          .reals((float) norm.epsilon(), (float) (1 - norm.decay()));
    }
    return arguments.integers(binding.batch());
  }

  private void head(Consumer<Launch> main, Consumer<Launch> aside) {
    Normalization norm = plan.lastNormalization();
    Dense dense = plan.network().dense();
    Tensor source = norm.source();
    int batch = binding.batch();
    int classes = binding.program().classes();
    int channels = source.channels();
    boolean trains = plan.network().trains();
    Objective objective = binding.objective();
    Totals totals = binding.totals();
    long pooled = places.keep((long) batch * channels * Float.BYTES);
    long dLogits = places.keep((long) batch * classes * Float.BYTES);
    long unused = places.keep(Double.BYTES + Long.BYTES);
    float[] ofClasses = objective.classWeights();
    main.accept(
        kernels.launch(
            plan.head(),
            batch,
            1,
            new Arguments()
                .addresses(places.of(source), norms.get(norm))
                .integers(source.height() * source.width())
                .addresses(
                    parameters.value(dense.weights()),
                    dense.bias() == null ? 0 : parameters.value(dense.bias()),
                    places.labels(),
                    trains ? places.of(plan.gradientOfNormalised(norm.target())) : 0,
                    pooled,
                    dLogits,
                    totals == null ? places.of(binding.program().logits()) : 0,
                    places.keep((long) batch * Float.BYTES),
                    places.keep((long) batch * Integer.BYTES),
                    places.keep(2L * batch * channels * Float.BYTES),
                    places.keep(Integer.BYTES),
                    parameters.values(),
                    trains ? parameters.gradients() : 0)
                .integers(offset(norm.scale()), offset(norm.shift()))
                .addresses(
                    totals == null ? unused : totals.crossEntropy(),
                    totals == null ? unused + Double.BYTES : totals.correct())
                .integers(classes)
                .reals(objective.ownTarget(classes), objective.otherTarget(classes))
                .addresses(ofClasses == null ? 0 : places.keep(ofClasses))));
    if (trains) {
      aside.accept(
          kernels.launch(
              "denseGradients",
              Kernels.blocks(classes * (channels + 1L), 128),
              128,
              new Arguments()
                  .addresses(
                      dLogits,
                      pooled,
                      parameters.gradient(dense.weights()),
                      dense.bias() == null ? 0 : parameters.gradient(dense.bias()))
                  .integers(batch, classes, channels)));
    }
  }

  private Launch source(Back step, Convolve kernel) {
    Convolution convolution = step.convolution();
    Tensor target = convolution.target();
    Normalization after = plan.network().normalizationOf(target);
    boolean more = after != null && plan.network().shortcutOf(target) != null;
    int blocks = kernel.blocks(binding.batch(), gpu);
    boolean masks = kernel.epilogue() == Epilogue.MASK;
    Normalization before = plan.network().normalizationTo(convolution.source());
    var arguments =
        new Arguments()
            .addresses(
                after == null
                    ? places.of(step.gradient())
                    : places.of(plan.gradientOfNormalised(after.target())),
                after == null ? 0 : norms.get(after),
                after == null ? 0 : places.of(target),
                more ? places.of(plan.gradientOfShortcut(target)) : 0,
                after == null ? 0 : places.of(step.gradient()),
                filters.packed(convolution),
                0,
                step.added() == null ? 0 : places.of(step.added()),
                places.of(step.result()));
    return kernels.launch(
        kernel,
        blocks,
        1,
        ending(
            arguments,
            masks ? before : null,
            norms.get(before),
            places.of(before.source()),
            blocks));
  }

  private Launch direct(Back step) {
    Tensor target = step.convolution().target();
    Normalization after = plan.network().normalizationOf(target);
    long pixels = binding.rows(target);
    return kernels.launch(
        step.direct(),
        (int)
            Math.min(4L * gpu.multiprocessors(), Kernels.blocks(pixels * target.channels(), 2048)),
        1,
        new Arguments()
            .addresses(
                places.of(plan.gradientOfNormalised(after.target())),
                places.of(target),
                norms.get(after),
                step.direct().more() ? places.of(plan.gradientOfShortcut(target)) : 0,
                places.of(step.gradient()))
            .integers(Math.toIntExact(pixels)));
  }

  private Launch weights(Back step) {
    return kernels.launch(
        step.weights(),
        step.weights().blocks(binding.batch(), gpu),
        step.weights().parts(),
        new Arguments()
            .addresses(
                places.of(plan.loaded(step.convolution())),
                sourceNorm(step.convolution()),
                places.of(step.gradient()),
                filters.partials(step.convolution()))
            .integers(binding.batch()));
  }

  private void update(Consumer<Launch> last) {
    float weightDecay = (float) binding.objective().weightDecay();
    float scale = 1f / binding.batch();
    List<Variable> weights =
        plan.network().convolutions().stream().map(Convolution::weights).toList();
    long kinds = places.keep(parameters.kindsWithout(weights));
    last.accept(filters.update(places.rate(), weightDecay, scale));
    last.accept(generic.update(parameters, kinds, places.rate(), weightDecay, scale));
  }
}
