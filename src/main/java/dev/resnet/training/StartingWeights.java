package dev.resnet.training;

import dev.resnet.engine.GraphVariable;
import dev.resnet.files.Sha256;
import dev.resnet.training.checkpoint.Checkpoints;
import dev.resnet.training.checkpoint.TrainingState;
import dev.resnet.training.checkpoint.UnusableCheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies the weights of an earlier network into a fresh one, which keeps its own optimiser. */
final class StartingWeights {
  private StartingWeights() {}

  /**
   * Copies all parameters and running statistics. The last dense layer stays as it is where the
   * classes differ, by name or in order.
   *
   * @param file a checkpoint of this service
   * @param classes of the fresh network
   * @throws IOException if the file can't be read; it may be readable once its volume is back
   * @throws TrainingFailedException if it is not the file that the job was submitted with, or has
   *     other variables than the fresh network
   */
  static void copy(StartFrom start, Path file, ComputationGraph into, List<String> classes)
      throws IOException {
    String sha256 = Sha256.of(file);
    if (!sha256.equals(start.sha256())) {
      throw new TrainingFailedException(
          "The starting weights in %s are damaged: their SHA-256 is %s, expected %s. Submit the job again."
              .formatted(file, sha256, start.sha256()));
    }
    boolean sameClasses = state(file).classes().equals(classes);
    Set<String> fresh = sameClasses ? Set.of() : GraphVariable.ofOutput(into);
    Map<String, INDArray> from =
        GraphVariable.all(Checkpoints.graph(file, false)).stream()
            .collect(Collectors.toMap(GraphVariable::name, GraphVariable::values));
    List<GraphVariable> variables = GraphVariable.all(into);
    for (GraphVariable variable : variables) {
      INDArray values = from.get(variable.name());
      boolean fits =
          fresh.contains(variable.name())
              ? values != null
              : values != null && values.equalShapes(variable.values());
      if (!fits || from.size() != variables.size()) {
        throw new TrainingFailedException(
            "The network of %s is not the one of this job: %s differs. Choose weights of the same stack_n."
                .formatted(start.label(), variable.name()));
      }
    }
    for (GraphVariable variable : variables) {
      if (!fresh.contains(variable.name())) {
        variable.values().assign(from.get(variable.name()));
      }
    }
  }

  private static TrainingState state(Path file) throws IOException {
    try {
      return Checkpoints.state(file);
    } catch (UnusableCheckpointException e) {
      // Not passed as the cause: an I/O error as the cause means that a retry may help.
      throw new TrainingFailedException("The starting weights can't be used: " + e.getMessage());
    }
  }
}
