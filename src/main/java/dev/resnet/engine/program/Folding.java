package dev.resnet.engine.program;

import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Operation.Normalization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Folds batch normalisations with fixed statistics into the convolutions before them. */
public final class Folding {
  private Folding() {}

  /** The same inference program, with fewer passes over memory. */
  public static Program fold(Program program) {
    Map<Tensor, Integer> readers = new HashMap<>();
    program.forward().forEach(op -> op.reads().forEach(t -> readers.merge(t, 1, Integer::sum)));
    Map<Tensor, Normalization> folded = new HashMap<>();
    for (Operation operation : program.forward()) {
      if (operation instanceof Normalization norm && readers.get(norm.source()) == 1) {
        folded.put(norm.source(), norm);
      }
    }
    List<Operation> forward = new ArrayList<>();
    for (Operation operation : program.forward()) {
      if (operation instanceof Convolution convolution
          && convolution.residual() == null
          && folded.containsKey(convolution.target())) {
        forward.add(new FoldedConvolution(convolution, folded.get(convolution.target())));
      } else if (!(operation instanceof Normalization norm && isFolded(norm, forward))) {
        forward.add(operation);
      }
    }
    return new Program(program.input(), program.logits(), forward, List.of());
  }

  private static boolean isFolded(Normalization norm, List<Operation> forward) {
    return forward.stream()
        .anyMatch(op -> op instanceof FoldedConvolution f && f.normalization().equals(norm));
  }
}
