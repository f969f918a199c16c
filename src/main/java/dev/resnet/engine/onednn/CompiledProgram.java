package dev.resnet.engine.onednn;

import dev.resnet.engine.Objective;
import dev.resnet.engine.Owned;
import dev.resnet.engine.Turns;
import dev.resnet.engine.program.Bands;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/**
 * A program bound to oneDNN primitives, a batch size, a precision and the memory of a graph's
 * parameters. Everything is allocated and chosen once; running it allocates nothing. One thread at
 * a time.
 */
final class CompiledProgram implements AutoCloseable {
  private final List<OneDnn.Primitive> preparations = new ArrayList<>();
  private final List<OneDnn.Primitive> forward = new ArrayList<>();
  private final List<OneDnn.Primitive> backward = new ArrayList<>();
  private final OneDnn.Stream stream;
  private final OneDnn.Memory images;
  private final SoftmaxGradient output;
  private final RunningStatistics statistics;
  private final Collection<FoldedWeights> folded;
  private final @Nullable Pointer ownInput;
  private final @Nullable SharedSteps<OneDnn.Stream> shared;
  private final Owned owned = new Owned();
  private Turns.@Nullable Training turns;

  /**
   * Binds a program, for as many threads as the calling thread uses.
   *
   * @param type of activations: {@link OneDnn#FLOAT32} or {@link OneDnn#BFLOAT16}
   * @param graph the one that was compiled
   */
  CompiledProgram(Program program, int batch, int type, ComputationGraph graph) {
    this(program, null, batch, type, graph);
  }

  /**
   * Binds a program.
   *
   * @param bands of the program, which two threads share, for a batch of one; null for one thread
   */
  CompiledProgram(
      Program program, @Nullable Bands bands, int batch, int type, ComputationGraph graph) {
    boolean training = !program.backward().isEmpty();
    Pointer parameters = NativeBlock.pointer(graph.params());
    Pointer gradients = training ? NativeBlock.pointer(graph.getFlattenedGradients()) : null;
    try {
      stream = owned.add(new OneDnn.Stream());
      var binding = owned.add(new Binding(program, bands, batch, type, parameters, gradients));
      var forwardBinding = new ForwardBinding(binding, program.differentiated());
      List<Integer> steps = new ArrayList<>();
      if (training || type != OneDnn.FLOAT32) {
        ownInput = null;
        images = binding.images(program.input());
        forwardBinding.bindInput(images, program.input());
        steps.add(1);
      } else {
        images = binding.tensor(program.input());
        ownInput = images.place();
      }
      if (bands == null) {
        program.forward().forEach(forwardBinding::bind);
      } else {
        bands.steps().forEach(step -> steps.add(forwardBinding.bindTogether(step)));
      }
      var backwardBinding = new BackwardBinding(binding, forwardBinding);
      program.backward().forEach(backwardBinding::bind);
      binding.complete(
          List.of(binding.preparations(), forwardBinding.bound(), backwardBinding.bound()),
          List.of(preparations, forward, backward));
      shared = bands == null ? null : shared(steps, owned.add(new OneDnn.Stream()));
      folded = forwardBinding.folded();
      statistics = new RunningStatistics(binding, forwardBinding.statistics());
      Tensor gradient = program.loss().gradient();
      output =
          new SoftmaxGradient(
              batch,
              Math.toIntExact(program.logits().elements()),
              binding.tensor(program.logits()),
              gradient == null ? null : binding.tensor(gradient),
              type);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private SharedSteps<OneDnn.Stream> shared(List<Integer> sizes, OneDnn.Stream second) {
    List<Consumer<OneDnn.Stream>> tasks = new ArrayList<>();
    forward.forEach(primitive -> tasks.add(primitive::execute));
    return new SharedSteps<>(sizes, tasks, stream, second);
  }

  /**
   * Where {@link #forward} reads the images without a copy; null where it copies them anyway, so
   * that they may lie anywhere.
   */
  @Nullable Pointer ownInput() {
    return ownInput;
  }

  /**
   * Brings the parameters into the layouts and types that the primitives want. To be called after
   * each change of the parameters.
   */
  void prepareWeights() {
    folded.forEach(FoldedWeights::fold);
    run(preparations);
  }

  /**
   * Forward.
   *
   * @param images [batch, height, width, channels], c-ordered float32
   * @return logits, [batch, classes], or [batch, height, width, classes] of a program that ends
   *     with maps; the next call overwrites the array
   */
  float[] forward(Pointer images) {
    this.images.moveTo(images);
    if (shared != null) {
      shared.run();
    } else {
      run(forward);
    }
    return output.logits();
  }

  /**
   * Forward and softmax.
   *
   * @param images as for {@link #forward}
   * @return [batch, classes]; the next call overwrites the array
   */
  float[] probabilities(Pointer images) {
    float[] rows = forward(images);
    output.softmax(rows);
    return rows;
  }

  /**
   * Backward into the graph's gradients: sums over the batch, and for running statistics what the
   * update has to subtract.
   *
   * @param logits as {@link #forward} returned them; overwritten
   */
  void backward(float[] logits, int[] labels, Objective objective) {
    output.writeGradient(logits, labels, objective);
    run(backward);
    statistics.move();
  }

  /** From now on, the program pauses between its operations while images are classified. */
  CompiledProgram pausingFor(Turns.Training training) {
    turns = training;
    return this;
  }

  private void run(List<OneDnn.Primitive> primitives) {
    for (int i = 0; i < primitives.size(); i++) {
      if (turns != null) {
        turns.pause();
      }
      primitives.get(i).execute(stream);
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
