package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.cuda.FusedLaunches.Queued;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network bound to the fused kernels. The gradients of weights run on a second stream, since
 * nothing but the update waits for them.
 */
final class FusedProgram implements DeviceProgram {
  private final Binding binding;
  private final FusedPlan plan;
  private final Places places;
  private final List<Queued> launches;
  private final Owned owned = new Owned();
  private final CudaStream side;
  private final CudaEvent fork;
  private final CudaEvent join;
  private boolean ran;
  private @Nullable StepGraph graph;

  FusedProgram(
      Binding binding,
      FusedPlan plan,
      FusedKernels kernels,
      PackedFilters filters,
      Kernels generic,
      Gpu gpu) {
    this.binding = binding;
    this.plan = plan;
    try {
      side = owned.add(new CudaStream());
      fork = owned.add(new CudaEvent());
      join = owned.add(new CudaEvent());
      places =
          owned.add(
              new Places(
                  binding, plan.accesses(), List.of(plan.input(), binding.program().logits())));
      launches = new FusedLaunches(binding, plan, kernels, filters, generic, gpu, places).all();
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
    return places.of(plan.input());
  }

  @Override
  public int inputChannels() {
    return plan.input().channels();
  }

  @Override
  public void run(CudaStream stream) {
    if (!ran) {
      queue(stream); // see CudaProgram
      ran = true;
      return;
    }
    if (graph == null) {
      graph = owned.add(StepGraph.capture(stream, () -> queue(stream)));
    }
    graph.launch(stream);
  }

  private void queue(CudaStream stream) {
    boolean moved = true; // the first stream, since the second one waited for it
    boolean asideOpen = false;
    for (Queued queued : launches) {
      if (queued.aside()) {
        if (moved) {
          fork.record(stream);
          side.await(fork);
          moved = false;
        }
        side.launch(queued.launch());
        asideOpen = true;
      } else {
        if (asideOpen && isUpdate(queued)) {
          join.record(side);
          stream.await(join);
          asideOpen = false;
        }
        stream.launch(queued.launch());
        moved = true;
      }
    }
  }

  /** Whether a launch needs what the second stream computes. */
  private static boolean isUpdate(Queued queued) {
    String name = queued.launch().function().name();
    return name.equals("updateFilters") || name.equals("update");
  }

  @Override
  public void close() {
    owned.close();
  }
}
