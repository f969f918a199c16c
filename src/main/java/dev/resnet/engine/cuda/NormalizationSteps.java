package dev.resnet.engine.cuda;

import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.NormalizationBackward;
import java.util.List;
import java.util.function.Consumer;

/** Batch normalisations, with the ReLU after them where it is fused: normalization.cu. */
final class NormalizationSteps {
  private final Binding binding;
  private final Kernels kernels;

  NormalizationSteps(Binding binding, Kernels kernels) {
    this.binding = binding;
    this.kernels = kernels;
  }

  /** With the statistics of the batch, which backward and the running statistics read later. */
  Step withBatchStatistics(Normalization op) {
    return Step.of(
            op,
            (places, launches) -> {
              Places.Statistics batch = places.statistics(op);
              launches.accept(
                  sums(
                      op,
                      "statistics",
                      new Arguments()
                          .addresses(
                              places.of(op.source()),
                              batch.mean(),
                              batch.variance(),
                              places.scratch(),
                              ChannelSums.tickets(places, channels(op)))
                          .counts(rows(op))
                          .integers(channels(op))));
              launches.accept(normalize(op, places, batch));
            })
        .withScratch(scratch(op));
  }

  /** With the running statistics. */
  Step withRunningStatistics(Normalization op) {
    var running =
        new Places.Statistics(
            binding.parameters().value(op.mean()), binding.parameters().value(op.variance()));
    return Step.of(op, (places, launches) -> launches.accept(normalize(op, places, running)));
  }

  private Launch normalize(Normalization op, Places places, Places.Statistics statistics) {
    return kernels.elements(
        "normalize",
        binding.count(op.source()),
        new Arguments()
            .addresses(
                places.of(op.source()),
                places.of(op.target()),
                statistics.mean(),
                statistics.variance(),
                binding.parameters().value(op.scale()),
                binding.parameters().value(op.shift()))
            .reals((float) op.epsilon())
            .counts(rows(op))
            .integers(channels(op), op.relu() ? 1 : 0));
  }

  Step backward(NormalizationBackward op) {
    Normalization norm = op.forward();
    Step step =
        Step.of(op, (places, launches) -> emitBackward(op, places, launches))
            .withScratch(scratch(norm));
    // Where the output is zero, the ReLU has cut off.
    return norm.relu() ? step.reading(norm.target()) : step;
  }

  private void emitBackward(NormalizationBackward op, Places places, Consumer<Launch> launches) {
    Normalization norm = op.forward();
    Places.Statistics batch = places.statistics(norm);
    DeviceParameters parameters = binding.parameters();
    long source = places.of(norm.source());
    long target = norm.relu() ? places.of(norm.target()) : 0;
    long targetGradient = places.of(op.targetGradient());
    long scaleGradient = parameters.gradient(norm.scale());
    long shiftGradient = parameters.gradient(norm.shift());
    int relu = norm.relu() ? 1 : 0;
    launches.accept(
        sums(
            norm,
            "normalizeGradientSums",
            new Arguments()
                .addresses(source, target, targetGradient, batch.mean(), batch.variance())
                .reals((float) norm.epsilon())
                .addresses(
                    scaleGradient,
                    shiftGradient,
                    places.scratch(),
                    ChannelSums.tickets(places, channels(norm)))
                .counts(rows(norm))
                .integers(channels(norm), relu)));
    launches.accept(
        kernels.elements(
            "normalizeGradient",
            binding.count(norm.source()),
            new Arguments()
                .addresses(
                    source,
                    target,
                    targetGradient,
                    places.of(op.sourceGradient()),
                    batch.mean(),
                    batch.variance(),
                    parameters.value(norm.scale()))
                .reals((float) norm.epsilon())
                .addresses(scaleGradient, shiftGradient)
                .counts(rows(norm))
                .integers(channels(norm), relu)));
  }

  /** Writes the change of the running statistics where their gradient would stand. */
  Step runningStatistics(Normalization op) {
    DeviceParameters parameters = binding.parameters();
    return new Step(
        List.of(),
        List.of(),
        0,
        (places, launches) ->
            launches.accept(
                kernels.threads(
                    "runningStatistics",
                    channels(op),
                    new Arguments()
                        .addresses(
                            places.statistics(op).mean(),
                            places.statistics(op).variance(),
                            parameters.values(),
                            parameters.gradients())
                        .integers(
                            Math.toIntExact(op.mean().offset()),
                            Math.toIntExact(op.variance().offset()))
                        .reals((float) (1 - op.decay()))
                        .integers(channels(op)))));
  }

  private Launch sums(Normalization op, String name, Arguments arguments) {
    return ChannelSums.launch(kernels, name, rows(op), channels(op), arguments);
  }

  private long rows(Normalization op) {
    return binding.rows(op.source());
  }

  private static int channels(Normalization op) {
    return op.source().channels();
  }

  private long scratch(Normalization op) {
    return 2L * ChannelSums.slices(rows(op)) * channels(op) * Float.BYTES;
  }
}
