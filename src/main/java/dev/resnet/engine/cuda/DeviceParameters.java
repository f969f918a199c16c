package dev.resnet.engine.cuda;

import dev.resnet.engine.GraphVariable;
import dev.resnet.engine.Momentum;
import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Variable;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collection;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A graph's parameters on the device, in the order of its flattened array; for a training also
 * their gradients, their momentum and what kind each element is, index by index.
 */
final class DeviceParameters implements AutoCloseable {
  /** What the optimiser does with an element; the values are those of the kernel {@code update}. */
  private static final byte FROZEN = 0;

  private static final byte TRAINED = 1;
  private static final byte RUNNING = 2;

  private final ComputationGraph graph;
  private final int count;
  private final Owned owned = new Owned();
  private final DeviceMemory values;
  private final @Nullable Training training;

  /**
   * What only a training needs.
   *
   * @param hasMomentum one for each element that has a momentum in DL4J's state, trained or frozen
   */
  private record Training(
      DeviceMemory gradients,
      DeviceMemory momentum,
      DeviceMemory kinds,
      float[] hasMomentum,
      FloatBuffer state) {}

  /** Copies the parameters of a graph for inference. */
  static DeviceParameters forInference(ComputationGraph graph) {
    return new DeviceParameters(graph, null);
  }

  /**
   * Copies the parameters and the optimiser's state of a graph. Gradients are zero, and stay so
   * where nothing writes them.
   *
   * @param trainedMask one for each element that is trained
   */
  static DeviceParameters forTraining(ComputationGraph graph, float[] trainedMask) {
    return new DeviceParameters(graph, trainedMask);
  }

  private DeviceParameters(ComputationGraph graph, float @Nullable [] trainedMask) {
    this.graph = graph;
    this.count = Math.toIntExact(graph.numParams());
    try {
      values = floats();
      float[] host = new float[count];
      buffer(graph.params()).get(0, host);
      values.upload(0, host);
      training = trainedMask == null ? null : training(trainedMask);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private Training training(float[] trainedMask) {
    float[] hasMomentum = GraphVariable.trainedMask(graph);
    byte[] kinds = new byte[count];
    for (int i = 0; i < count; i++) {
      kinds[i] = trainedMask[i] == 1 ? TRAINED : hasMomentum[i] == 1 ? FROZEN : RUNNING;
    }
    FloatBuffer state = buffer(graph.getUpdater(true).getStateViewArray());
    float[] momentum = new float[count];
    int at = 0;
    for (int i = 0; i < count; i++) {
      momentum[i] = hasMomentum[i] == 1 ? state.get(at++) : 0;
    }
    var made =
        new Training(floats(), floats(), owned.add(new DeviceMemory(count)), hasMomentum, state);
    made.kinds.upload(0, kinds);
    made.momentum.upload(0, momentum);
    return made;
  }

  private DeviceMemory floats() {
    return owned.add(new DeviceMemory((long) count * Float.BYTES));
  }

  private static FloatBuffer buffer(INDArray array) {
    return array.data().asNioFloat();
  }

  /** Brings the graph's own arrays up to date. Whatever changes the device's arrays is done. */
  void writeBack() {
    Training present = training();
    float[] host = new float[count];
    values.download(0, host);
    buffer(graph.params()).put(0, host);
    present.momentum.download(0, host);
    int at = 0;
    for (int i = 0; i < count; i++) {
      if (present.hasMomentum[i] == 1) {
        present.state.put(at++, host[i]);
      }
    }
  }

  private Training training() {
    if (training == null) {
      throw new IllegalStateException("these parameters are not trained");
    }
    return training;
  }

  int count() {
    return count;
  }

  /** The address of all parameters. */
  long values() {
    return values.at(0);
  }

  /** The address of all gradients. */
  long gradients() {
    return training().gradients.at(0);
  }

  /** The address of the momentum. */
  long momentum() {
    return training().momentum.at(0);
  }

  /** The address of a byte for each element. */
  long kinds() {
    return training().kinds.at(0);
  }

  /** {@link #kinds} with variables that somebody else updates counted as frozen. */
  byte[] kindsWithout(Collection<Variable> others) {
    byte[] kinds = new byte[count];
    training().kinds.download(0, kinds);
    for (Variable other : others) {
      int from = Math.toIntExact(other.offset());
      Arrays.fill(kinds, from, from + other.length(), FROZEN);
    }
    return kinds;
  }

  /** The optimiser's factor of the velocity so far. */
  float momentumFactor() {
    return Momentum.of(graph);
  }

  /** The address of a variable. */
  long value(Variable variable) {
    return values.at(variable.offset() * Float.BYTES);
  }

  /** The address of a variable's gradient. */
  long gradient(Variable variable) {
    return training().gradients.at(variable.offset() * Float.BYTES);
  }

  @Override
  public void close() {
    owned.close();
  }
}
