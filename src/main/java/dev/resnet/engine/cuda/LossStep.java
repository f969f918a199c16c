package dev.resnet.engine.cuda;

import dev.resnet.engine.Objective;
import dev.resnet.engine.program.Operation.Loss;
import org.jspecify.annotations.Nullable;

/** The end of forward: loss.cu. */
final class LossStep {
  private final Binding binding;
  private final Kernels kernels;

  LossStep(Binding binding, Kernels kernels) {
    this.binding = binding;
    this.kernels = kernels;
  }

  Step of(Loss op) {
    Totals totals = binding.totals();
    return totals == null ? softmax(op) : loss(op, totals);
  }

  /** Of a program that only classifies. */
  private Step softmax(Loss op) {
    return Step.of(
        op,
        (places, launches) ->
            launches.accept(
                kernels.warps(
                    "softmax",
                    binding.batch(),
                    new Arguments()
                        .addresses(places.of(op.logits()), places.probabilities())
                        .integers(binding.batch(), binding.program().classes()))));
  }

  private Step loss(Loss op, Totals totals) {
    int batch = binding.batch();
    int classes = binding.program().classes();
    Objective objective = binding.objective();
    return Step.of(
        op,
        (places, launches) -> {
          long losses = places.keep((long) batch * Float.BYTES);
          long hits = places.keep((long) batch * Integer.BYTES);
          launches.accept(
              kernels.warps(
                  "loss",
                  batch,
                  new Arguments()
                      .addresses(
                          places.of(op.logits()),
                          places.labels(),
                          op.gradient() == null ? 0 : places.of(op.gradient()),
                          losses,
                          hits)
                      .integers(batch, classes)
                      .reals(objective.ownTarget(classes), objective.otherTarget(classes))
                      .addresses(weights(objective.classWeights(), places))));
          launches.accept(
              kernels.launch(
                  "tally",
                  1,
                  1,
                  Kernels.BLOCK,
                  new Arguments()
                      .addresses(losses, hits, totals.crossEntropy(), totals.correct())
                      .integers(batch)));
        });
  }

  private static long weights(float @Nullable [] ofClasses, Places places) {
    return ofClasses == null ? 0 : places.keep(ofClasses);
  }
}
