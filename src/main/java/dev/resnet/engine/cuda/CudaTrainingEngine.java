package dev.resnet.engine.cuda;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.engine.program.Tensor;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** A placeholder until the executor's class replaces it. */
final class CudaTrainingEngine extends TrainingEngine {
  CudaTrainingEngine(
      ComputationGraph graph,
      Tensor image,
      int batchSize,
      Objective objective,
      EngineDescription description) {
    super(graph, batchSize, objective, description);
    throw new UnsupportedOperationException("the GPU engine is not complete");
  }

  @Override
  public ImageLayout inputLayout() {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void train(Minibatch batch, double learningRate) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Tally evaluate(Minibatch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
