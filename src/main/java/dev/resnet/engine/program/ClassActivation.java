package dev.resnet.engine.program;

import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Operation.Pooling;
import java.util.ArrayList;
import java.util.List;

/**
 * Class-activation mapping (Zhou et al., 2016, section 2). A network that ends with the mean over
 * all positions and one dense layer computes both in either order: {@code logit = weights ·
 * mean(features) + bias = mean(weights · features) + bias}. The second form has, for each position,
 * what it adds to the logit.
 */
public final class ClassActivation {
  private static final Window ONE_PIXEL = new Window(1, 1, 1, 1, 0, 0, 0, 0);

  private ClassActivation() {}

  /**
   * An inference program that ends before the mean: its logits are {@code weights · features},
   * [classes, height, width] of the last features.
   *
   * @throws UnsupportedGraphException if the network does not end with a mean over all positions
   *     and one dense layer
   */
  public static Program maps(Program program) {
    List<Operation> forward = program.forward();
    int rest = forward.size() - 3;
    if (rest < 0
        || !(forward.get(rest) instanceof Pooling pooling)
        || !isMeanOfAll(pooling)
        || !(forward.get(rest + 1) instanceof Dense dense)) {
      throw new UnsupportedGraphException(
          program.logits().name(),
          "a heat map of an output without global average pooling before it");
    }
    Tensor features = pooling.source();
    var maps =
        new Tensor(dense.name() + ":maps", program.classes(), features.height(), features.width());
    List<Operation> operations = new ArrayList<>(forward.subList(0, rest));
    operations.add(
        new Convolution(maps.name(), features, maps, ONE_PIXEL, dense.weights(), null, null));
    operations.add(new Loss(program.loss().name(), maps, null));
    return new Program(program.input(), maps, operations, List.of());
  }

  private static boolean isMeanOfAll(Pooling pooling) {
    Window window = pooling.window();
    return !pooling.maximum()
        && window.kernelHeight() == pooling.source().height()
        && window.kernelWidth() == pooling.source().width();
  }
}
