package dev.resnet.engine;

import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.Nesterovs;

/** The factor with which Nesterov momentum keeps the velocity of earlier steps. */
public final class Momentum {
  private Momentum() {}

  /** The one in a graph's updater configuration. */
  public static float of(ComputationGraph graph) {
    for (var layer : graph.getLayers()) {
      if (layer.conf().getLayer() instanceof BaseLayer base
          && base.getIUpdater() instanceof Nesterovs nesterovs) {
        return (float) nesterovs.getMomentum();
      }
    }
    throw new IllegalArgumentException("the graph has no Nesterovs updater");
  }
}
