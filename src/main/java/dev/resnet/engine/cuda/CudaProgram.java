package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Operation;
import dev.resnet.engine.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A program bound to kernels, a batch size, a precision and a graph's parameters on the device.
 * Everything is allocated and chosen once; the second run records its launches, and every further
 * one is a single call. One thread at a time.
 */
final class CudaProgram implements DeviceProgram {
  private final Binding binding;
  private final Places places;
  private final List<Launch> launches = new ArrayList<>();
  private final Owned owned = new Owned();
  private boolean ran;
  private @Nullable StepGraph graph;

  /**
   * Binds a program.
   *
   * @param binders each operation goes to the first that takes it; the last takes everything
   */
  CudaProgram(Binding binding, List<Binder> binders) {
    this.binding = binding;
    Program program = binding.program();
    List<Step> steps = new ArrayList<>();
    for (Operation operation : program.operations()) {
      steps.addAll(first(binders, binder -> binder.bind(operation)));
    }
    if (!program.backward().isEmpty()) {
      steps.addAll(first(binders, Binder::update));
    }
    try {
      places = owned.add(new Places(binding, steps, List.of(program.input(), program.logits())));
      steps.forEach(step -> step.emission().emit(places, launches::add));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private static List<Step> first(
      List<Binder> binders, Function<Binder, @Nullable List<Step>> choice) {
    for (Binder binder : binders) {
      List<Step> steps = choice.apply(binder);
      if (steps != null) {
        return steps;
      }
    }
    throw new IllegalStateException("the last binder doesn't take everything");
  }

  @Override
  public Binding binding() {
    return binding;
  }

  @Override
  public Places places() {
    return places;
  }

  @Override
  public long images() {
    return places.of(binding.program().input());
  }

  @Override
  public int inputChannels() {
    return binding.program().input().channels();
  }

  @Override
  public void run(CudaStream stream) {
    if (!ran) {
      // Launched one by one: the driver may load a kernel at its first launch only, which it must
      // not do while it records.
      launches.forEach(stream::launch);
      ran = true;
      return;
    }
    if (graph == null) {
      graph = owned.add(StepGraph.capture(stream, () -> launches.forEach(stream::launch)));
    }
    graph.launch(stream);
  }

  /** Nothing of it runs any more. */
  @Override
  public void close() {
    owned.close();
  }
}
