package dev.resnet.engine.program;

import java.util.ArrayList;
import java.util.List;

/**
 * A compiled graph.
 *
 * @param input the images
 * @param logits what goes into the softmax: [classes, 1, 1]
 * @param forward in the order of execution
 * @param backward empty in an inference program
 */
public record Program(
    Tensor input, Tensor logits, List<Operation> forward, List<Operation> backward) {
  public Program {
    forward = List.copyOf(forward);
    backward = List.copyOf(backward);
  }

  /** Forward, then backward. */
  public List<Operation> operations() {
    List<Operation> all = new ArrayList<>(forward);
    all.addAll(backward);
    return all;
  }

  public int classes() {
    return logits.channels();
  }
}
