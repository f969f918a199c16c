package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Owned;
import dev.resnet.engine.SoftmaxCrossEntropy;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.engine.Turns;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Trains a graph by its compiled program, on the graph's own arrays. */
final class OneDnnTrainingEngine extends TrainingEngine {
  private final int type;
  private final CompiledProgram training;
  private final Program evaluation;
  private final NesterovUpdate update;
  private final Owned owned = new Owned();
  private final Turns.Training turns;

  /** Evaluation, by batch size. */
  private final Map<Integer, CompiledProgram> evaluations = new HashMap<>();

  OneDnnTrainingEngine(
      ComputationGraph graph,
      Tensor image,
      int batchSize,
      Objective objective,
      EngineDescription description) {
    super(graph, batchSize, objective.rounded(), description);
    this.type = OneDnn.type(description.precision());
    this.evaluation = GraphCompiler.inference(graph, image);
    if (graph.getFlattenedGradients() == null) {
      graph.initGradientsView(); // DL4J makes it with its own first step
    }
    graph.getFlattenedGradients().assign(0); // gradients that are always zero are never written
    this.update = new NesterovUpdate(graph, trainedMask, (float) objective.weightDecay());
    this.training =
        owned.add(
            new CompiledProgram(
                GraphCompiler.training(graph, image, objective.outputOnly()),
                batchSize,
                type,
                graph));
    this.turns = owned.add(Turns.SHARED.beginTraining());
    training.pausingFor(turns);
  }

  @Override
  public ImageLayout inputLayout() {
    return ImageLayout.NHWC;
  }

  @Override
  protected void train(Minibatch batch, double learningRate) {
    float[] logits = forward(training, batch);
    count(logits, batch.labels());
    training.backward(logits, batch.labels(), objective);
    update.apply(learningRate, batchSize);
  }

  /** With running statistics. */
  @Override
  public Tally evaluate(Minibatch batch) {
    CompiledProgram program = evaluations.computeIfAbsent(batch.size(), this::evaluation);
    return SoftmaxCrossEntropy.tally(forward(program, batch), batch.labels());
  }

  private CompiledProgram evaluation(int size) {
    return owned.add(new CompiledProgram(evaluation, size, type, graph)).pausingFor(turns);
  }

  /** Every step changes the weights. */
  private static float[] forward(CompiledProgram program, Minibatch batch) {
    program.prepareWeights();
    return program.forward(NativeBlock.pointer(batch.images()));
  }

  @Override
  public void close() {
    owned.close();
  }
}
