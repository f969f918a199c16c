package dev.resnet.engine.program;

import dev.resnet.engine.program.Operation.Gradient;
import dev.resnet.engine.program.Operation.Layer;
import dev.resnet.engine.program.Operation.Loss;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A compiled graph.
 *
 * @param input the images
 * @param logits the input of the softmax: [classes, 1, 1]
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

  /** The last of the forward operations. */
  public Loss loss() {
    return (Loss) forward.get(forward.size() - 1);
  }

  /** The forward operations whose derivative is computed: none in an inference program. */
  public Set<Layer> differentiated() {
    Set<Layer> layers = new HashSet<>();
    for (Operation operation : backward) {
      if (operation instanceof Gradient gradient) {
        layers.add(gradient.forward());
      }
    }
    return layers;
  }

  public int classes() {
    return logits.channels();
  }
}
