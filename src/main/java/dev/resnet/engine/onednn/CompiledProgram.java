package dev.resnet.engine.onednn;

import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * A program bound to oneDNN primitives, a batch size, a precision and the memory of a graph's
 * parameters. Everything is allocated and chosen once; running it allocates nothing. One thread at
 * a time.
 */
final class CompiledProgram implements AutoCloseable {
  private final Binding binding;
  private final ForwardBinding forwardBinding;
  private final List<OneDnn.Primitive> preparations = new ArrayList<>();
  private final List<OneDnn.Primitive> forward = new ArrayList<>();
  private final List<OneDnn.Primitive> backward = new ArrayList<>();
  private final OneDnn.Stream stream;
  private final Owned owned = new Owned();

  /**
   * Binds a program.
   *
   * @param parameters the graph's flattened parameters, float32
   * @param gradients the flattened gradients; null for inference
   * @param type of activations: {@link OneDnn#FLOAT32} or {@link OneDnn#BFLOAT16}
   */
  CompiledProgram(
      Program program, int batch, int type, Pointer parameters, @Nullable Pointer gradients) {
    try {
      stream = owned.add(new OneDnn.Stream());
      binding = owned.add(new Binding(program, batch, type, parameters, gradients));
      forwardBinding = new ForwardBinding(binding, gradients != null);
      program.forward().forEach(forwardBinding::bind);
      var backwardBinding = new BackwardBinding(binding, forwardBinding);
      program.backward().forEach(backwardBinding::bind);
      binding.complete(
          List.of(binding.preparations(), forwardBinding.bound(), backwardBinding.bound()),
          List.of(preparations, forward, backward));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  OneDnn.Memory tensor(Tensor tensor) {
    return binding.tensor(tensor);
  }

  /** A variable's current values, for the host. */
  FloatBuffer values(Variable variable) {
    return binding.values(variable);
  }

  /** The normalisations with the statistics of the batch that went through last. */
  List<ForwardBinding.Statistics> statistics() {
    return forwardBinding.statistics();
  }

  /**
   * Brings the parameters into the layouts and types that the primitives want; after each change of
   * them.
   */
  void prepareWeights() {
    forwardBinding.folded().forEach(FoldedWeights::fold);
    run(preparations);
  }

  void forward() {
    run(forward);
  }

  void backward() {
    run(backward);
  }

  private void run(List<OneDnn.Primitive> primitives) {
    for (int i = 0; i < primitives.size(); i++) {
      primitives.get(i).execute(stream);
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
