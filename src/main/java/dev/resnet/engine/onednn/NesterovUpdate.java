package dev.resnet.engine.onednn;

import dev.resnet.engine.GraphVariable;
import dev.resnet.engine.Momentum;
import java.nio.FloatBuffer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The optimiser as one pass over the graph's flattened arrays: weight decay and Nesterov momentum
 * for trained elements, DL4J's "parameters minus gradient" for running statistics. The momentum
 * lies in the graph's own updater state.
 */
final class NesterovUpdate {
  /** Elements that fit the first-level cache three times over. */
  private static final int CHUNK = 2048;

  private final float[] mask;

  /** One for each element with a momentum, trained or frozen. */
  private final float[] movable;

  private final float momentum;
  private final float weightDecay;
  private final FloatBuffer parameters;
  private final FloatBuffer gradients;
  private final FloatBuffer state;
  private final float[] p = new float[CHUNK];
  private final float[] g = new float[CHUNK];
  private final float[] v = new float[CHUNK];

  /**
   * Updates a graph.
   *
   * @param mask one for each trained element, zero for running statistics and frozen elements
   */
  NesterovUpdate(ComputationGraph graph, float[] mask, float weightDecay) {
    this.mask = mask;
    this.movable = GraphVariable.trainedMask(graph);
    this.momentum = Momentum.of(graph);
    this.weightDecay = weightDecay;
    this.parameters = graph.params().data().asNioFloat();
    this.gradients = graph.getFlattenedGradients().data().asNioFloat();
    this.state = graph.getUpdater(true).getStateViewArray().data().asNioFloat();
  }

  /**
   * Applies the gradients.
   *
   * @param batchSize the gradients of trained elements are sums over so many images
   */
  void apply(double learningRate, int batchSize) {
    int stateAt = 0;
    int from = 0;
    while (from < mask.length) {
      int to = from;
      while (to < mask.length && to - from < CHUNK && isAlike(to, from)) {
        to++;
      }
      int length = to - from;
      if (mask[from] == 0 && movable[from] == 1) { // frozen
        stateAt += length;
        from = to;
        continue;
      }
      parameters.get(from, p, 0, length);
      gradients.get(from, g, 0, length);
      if (mask[from] == 0) {
        for (int i = 0; i < length; i++) {
          p[i] -= g[i];
        }
      } else {
        state.get(stateAt, v, 0, length);
        step(length, (float) learningRate, 1f / batchSize);
        state.put(stateAt, v, 0, length);
        stateAt += length;
      }
      parameters.put(from, p, 0, length);
      from = to;
    }
  }

  private boolean isAlike(int a, int b) {
    return mask[a] == mask[b] && movable[a] == movable[b];
  }

  private void step(int length, float rate, float scale) {
    for (int i = 0; i < length; i++) {
      float gradient = g[i] * scale + weightDecay * p[i];
      float before = v[i];
      float velocity = momentum * before - rate * gradient;
      v[i] = velocity;
      p[i] += (1 + momentum) * velocity - momentum * before;
    }
  }
}
