package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Precision;
import dev.resnet.engine.SoftmaxCrossEntropy;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Trains a graph by its compiled program, on the graph's own arrays. */
final class OneDnnTrainingEngine implements TrainingEngine {
  private final ComputationGraph graph;
  private final EngineDescription description;
  private final int batchSize;
  private final int type;
  private final Program program;
  private final CompiledProgram compiled;
  private final InputReorder input;
  private final SoftmaxGradient loss;
  private final NesterovUpdate update;
  private final RunningStatistics statistics;

  private final Owned owned = new Owned();

  /** Evaluation, by batch size. */
  private final Map<Integer, Evaluation> evaluations = new HashMap<>();

  private final Program evaluationProgram;
  private Tally tally = Tally.NONE;

  OneDnnTrainingEngine(
      ComputationGraph graph,
      Tensor image,
      int batchSize,
      double weightDecay,
      EngineDescription description) {
    this.graph = graph;
    this.description = description;
    this.batchSize = batchSize;
    this.type = description.precision() == Precision.BFLOAT16 ? OneDnn.BFLOAT16 : OneDnn.FLOAT32;
    this.program = GraphCompiler.training(graph, image);
    this.evaluationProgram = GraphCompiler.inference(graph, image);
    if (graph.getFlattenedGradients() == null) {
      graph.initGradientsView(); // DL4J makes it with its own first step
    }
    graph.getFlattenedGradients().assign(0); // gradients that are always zero are never written
    this.update = new NesterovUpdate(graph, weightDecay);
    try {
      this.compiled =
          owned.add(
              new CompiledProgram(
                  program,
                  batchSize,
                  type,
                  address(graph.params()),
                  address(graph.getFlattenedGradients())));
      this.statistics =
          new RunningStatistics(compiled, graph.getFlattenedGradients().data().asNioFloat());
      this.input = owned.add(new InputReorder(image, batchSize, compiled));
      Loss last = (Loss) program.forward().get(program.forward().size() - 1);
      this.loss =
          new SoftmaxGradient(
              batchSize,
              program.classes(),
              compiled.tensor(last.logits()),
              compiled.tensor(last.gradient()),
              type);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  static Pointer address(INDArray array) {
    return NativeBlock.pointer(array.data().addressPointer().address());
  }

  @Override
  public EngineDescription description() {
    return description;
  }

  @Override
  public ImageLayout inputLayout() {
    return ImageLayout.NHWC;
  }

  @Override
  public void step(Minibatch batch, double learningRate) {
    if (batch.size() != batchSize) {
      throw new IllegalArgumentException(
          "this engine was made for batches of %d, not %d".formatted(batchSize, batch.size()));
    }
    compiled.prepareWeights();
    input.from(address(batch.images()));
    compiled.forward();
    float[] logits = loss.logits();
    tally = tally.plus(SoftmaxCrossEntropy.tally(logits, batch.labels()));
    loss.writeGradient(logits, batch.labels());
    compiled.backward();
    statistics.move();
    update.apply(learningRate, batchSize);
    graph.getConfiguration().setIterationCount(graph.getIterationCount() + 1);
  }

  @Override
  public Tally tally() {
    return tally;
  }

  @Override
  public Tally takeTally() {
    Tally taken = tally;
    tally = Tally.NONE;
    return taken;
  }

  @Override
  public double l2Loss() {
    return update.l2Loss();
  }

  @Override
  public Tally evaluate(Minibatch batch) {
    Evaluation evaluation = evaluations.computeIfAbsent(batch.size(), this::evaluation);
    return evaluation.tally(batch);
  }

  private Evaluation evaluation(int size) {
    return owned.add(new Evaluation(size));
  }

  /** Nothing to do: the graph's arrays are what is worked on. */
  @Override
  public void synchronize() {}

  @Override
  public void close() {
    owned.close();
  }

  /** Forward with running statistics, for one batch size. */
  private final class Evaluation implements AutoCloseable {
    private final CompiledProgram forward;
    private final InputReorder images;
    private final SoftmaxGradient end;
    private final Owned parts = new Owned();

    Evaluation(int size) {
      Program program = evaluationProgram;
      try {
        forward =
            parts.add(new CompiledProgram(program, size, type, address(graph.params()), null));
        images = parts.add(new InputReorder(program.input(), size, forward));
        var logits = forward.tensor(program.logits());
        end = new SoftmaxGradient(size, program.classes(), logits, null, type);
      } catch (RuntimeException | Error e) {
        parts.close();
        throw e;
      }
    }

    Tally tally(Minibatch batch) {
      forward.prepareWeights();
      images.from(address(batch.images()));
      forward.forward();
      return SoftmaxCrossEntropy.tally(end.logits(), batch.labels());
    }

    @Override
    public void close() {
      parts.close();
    }
  }
}
