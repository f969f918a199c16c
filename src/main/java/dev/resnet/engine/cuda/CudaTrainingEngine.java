package dev.resnet.engine.cuda;

import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Owned;
import dev.resnet.engine.ResidentImages;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import dev.resnet.pictures.ImageShape;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Trains a graph by its compiled program on a GPU. Parameters, optimiser state and sums of losses
 * stay there; a step only queues work, so the host runs ahead of the GPU.
 */
final class CudaTrainingEngine extends TrainingEngine {
  /** What {@link #evaluate} promises for small training batches. */
  static final int EVALUATION_BATCH = 200;

  /** The step's chain of dependent kernels goes before the gradients of weights beside it. */
  private static final int URGENT = -1;

  private final Owned owned = new Owned();
  private final DeviceContext context;
  private final CudaStream stream;
  private final Kernels kernels;
  private final DeviceParameters parameters;
  private final Totals totals;
  private final Totals evaluationTotals;
  private final BatchIntake intake;
  private final Programs programs;
  private final DeviceProgram training;
  private final Program evaluation;

  /** Evaluation, by batch size. */
  private final Map<Integer, DeviceProgram> evaluations = new HashMap<>();

  /** Whether the graph's arrays are older than the device's. */
  private boolean changed;

  /**
   * Compiles, copies the graph's arrays and allocates.
   *
   * @param image shape of an image
   */
  CudaTrainingEngine(
      ComputationGraph graph,
      Tensor image,
      int batchSize,
      Objective objective,
      EngineDescription description) {
    super(graph, batchSize, objective.rounded(), description);
    this.evaluation = GraphCompiler.inference(graph, image);
    try {
      context = owned.add(DeviceContext.open(CudaPlatform.ofThisProcess().usable()));
      stream = owned.add(new CudaStream(URGENT));
      kernels = owned.add(new Kernels(context.gpu(), description.precision()));
      parameters = owned.add(DeviceParameters.forTraining(graph, trainedMask));
      totals = owned.add(new Totals());
      evaluationTotals = owned.add(new Totals());
      int largest = Math.max(batchSize, EVALUATION_BATCH);
      intake = owned.add(new BatchIntake(stream, kernels, image, largest, evaluation.classes()));
      Program program = GraphCompiler.training(graph, image, objective.outputOnly());
      programs =
          owned.add(
              Programs.forTraining(
                  program,
                  evaluation,
                  batchSize,
                  description.precision(),
                  parameters,
                  kernels,
                  context.gpu()));
      training = bind(program, batchSize, totals);
      programs.prepare(stream);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private DeviceProgram bind(Program program, int size, Totals sums) {
    var binding =
        new Binding(program, size, description().precision(), parameters, objective, sums, null);
    return owned.add(programs.bind(binding));
  }

  @Override
  public ImageLayout inputLayout() {
    return ImageLayout.NHWC;
  }

  @Override
  public boolean assembles() {
    return true;
  }

  @Override
  public ResidentImages keep(ImageShape shape, byte[] pixels, short[] labels, float[][] table) {
    context.makeCurrent();
    return new KeptImages(context, shape, pixels, checked(labels), table);
  }

  /** The kernels don't look: a wrong label would read other memory. */
  private short[] checked(short[] labels) {
    for (short label : labels) {
      if (label < 0 || label >= evaluation.classes()) {
        throw new IndexOutOfBoundsException(
            "class %d of %d".formatted(label, evaluation.classes()));
      }
    }
    return labels;
  }

  @Override
  protected void train(Minibatch batch, double learningRate) {
    context.makeCurrent();
    intake.bring(batch, (float) learningRate, training);
    step();
  }

  @Override
  protected void train(ResidentImages images, BatchPlan plan, double learningRate) {
    context.makeCurrent();
    intake.bring((KeptImages) images, plan, (float) learningRate, training);
    step();
  }

  private void step() {
    changed = true;
    training.run(stream);
    totals.count(batchSize);
  }

  @Override
  public Tally tally() {
    context.makeCurrent();
    return totals.read(stream);
  }

  @Override
  public void resumeTally(Tally earlier) {
    context.makeCurrent();
    totals.set(stream, earlier);
  }

  @Override
  public void writeBack() {
    if (changed) {
      context.makeCurrent();
      stream.synchronize();
      parameters.writeBack();
      changed = false;
    }
  }

  @Override
  public Tally evaluate(Minibatch batch) {
    context.makeCurrent();
    DeviceProgram program = evaluation(batch.size());
    intake.bring(batch, 0, program);
    return evaluate(program, batch.size());
  }

  @Override
  public Tally evaluate(ResidentImages images, BatchPlan plan) {
    context.makeCurrent();
    DeviceProgram program = evaluation(plan.size());
    intake.bring((KeptImages) images, plan, 0, program);
    return evaluate(program, plan.size());
  }

  private DeviceProgram evaluation(int size) {
    return evaluations.computeIfAbsent(size, s -> bind(evaluation, s, evaluationTotals));
  }

  private Tally evaluate(DeviceProgram program, int size) {
    evaluationTotals.clear(stream);
    program.run(stream);
    evaluationTotals.count(size);
    return evaluationTotals.read(stream);
  }

  /** Frees everything, also where the GPU is lost. */
  @Override
  public void close() {
    try {
      context.makeCurrent();
      stream.synchronize(); // nothing may be freed that a copy still reads
    } catch (CudaException e) {
      // The step that failed has said so.
    }
    owned.close();
  }
}
