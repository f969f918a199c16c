package dev.resnet.engine;

import dev.resnet.pictures.ImageShape;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * One way to execute graphs; found by {@link java.util.ServiceLoader}, chosen by {@link Engines}.
 */
public interface EngineProvider {

  /** Never {@link EngineName#AUTO}. */
  EngineName name();

  /**
   * Why this engine can't run at this precision on this machine, as a sentence for the user; empty
   * where it can.
   */
  Optional<String> unavailable(Precision precision);

  /**
   * Whether this machine has the hardware that the engine is for. Where it hasn't, {@code auto}
   * leaves the engine out without a word. Cheap.
   */
  default boolean hasHardware() {
    return true;
  }

  /**
   * Why this process has to be restarted before it can compute again, as a sentence for the user;
   * empty where it hasn't. Cheap.
   */
  default Optional<String> lost() {
    return Optional.empty();
  }

  /**
   * Why this engine can't run this graph, naming the layer; empty where it can.
   *
   * @param shape of an input image, which a graph doesn't contain
   */
  Optional<String> unsupported(ComputationGraph graph, ImageShape shape);

  /**
   * The engine and precision that a request gets on this machine.
   *
   * @param precision may be {@link Precision#AUTO}
   * @param reason why this engine
   */
  EngineDescription describe(Precision precision, String reason);

  /**
   * Resident bytes on the host of a training run for each byte of the activations that a float32
   * backward pass needs; measured, rounded up.
   */
  double memoryFactor();

  /**
   * An engine for steps of {@code batchSize} images on {@code graph}'s own arrays.
   *
   * @param shape of an input image
   * @param description as {@link #describe} returned it
   */
  TrainingEngine training(
      ComputationGraph graph,
      ImageShape shape,
      int batchSize,
      Objective objective,
      EngineDescription description);

  /**
   * An engine that classifies with {@code graph}, which nobody changes any more.
   *
   * @param shape of an input image
   * @param precision as {@link #describe} chose it
   */
  InferenceEngine inference(ComputationGraph graph, ImageShape shape, Precision precision);
}
