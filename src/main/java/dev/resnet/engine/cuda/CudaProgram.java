package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Program;
import java.util.ArrayList;
import java.util.List;

/**
 * A program bound to kernels, a batch size, a precision and a graph's parameters on the device.
 * Everything is allocated and chosen once. One thread at a time.
 */
final class CudaProgram implements DeviceProgram {
  private final Binding binding;
  private final Places places;
  private final List<Launch> launches = new ArrayList<>();
  private final Owned owned = new Owned();
  private final Replay replay;

  /** Binds a program to the kernels that take any shape. */
  CudaProgram(Binding binding, Kernels kernels) {
    this.binding = binding;
    Program program = binding.program();
    List<Step> steps = new GenericBinder(binding, kernels).steps();
    try {
      places =
          owned.add(
              new Places(
                  binding,
                  steps,
                  steps.stream().mapToLong(Step::scratch).max().orElse(0),
                  List.of(program.input(), program.logits())));
      steps.forEach(step -> step.emission().emit(places, launches::add));
      replay = owned.add(new Replay(stream -> launches.forEach(stream::launch)));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
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
    replay.run(stream);
  }

  /** Nothing of it runs any more. */
  @Override
  public void close() {
    owned.close();
  }
}
