package dev.resnet.engine.cuda;

import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Precision;
import dev.resnet.engine.program.Tensor;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** A placeholder until the executor's class replaces it. */
final class CudaInferenceEngine implements InferenceEngine {
  CudaInferenceEngine(ComputationGraph graph, Tensor image, Precision precision) {
    throw new UnsupportedOperationException("the GPU engine is not complete");
  }

  @Override
  public float[][] probabilities(float[] images, int count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
