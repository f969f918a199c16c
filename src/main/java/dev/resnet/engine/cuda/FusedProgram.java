package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.cuda.FusedLaunches.Lane;
import dev.resnet.engine.cuda.FusedLaunches.Queued;
import java.util.List;

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
  private final Replay replay;

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
                  binding, plan.accesses(), 0, List.of(plan.input(), binding.program().logits())));
      launches = new FusedLaunches(binding, plan, kernels, filters, generic, gpu, places).all();
      replay = owned.add(new Replay(this::queue));
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
    replay.run(stream);
  }

  private void queue(CudaStream stream) {
    boolean forked = false; // whether the second stream has waited for all that the first one has
    boolean joined = true;
    for (Queued queued : launches) {
      if (queued.lane() == Lane.SECOND) {
        if (!forked) {
          fork.record(stream);
          side.await(fork);
          forked = true;
        }
        side.launch(queued.launch());
        joined = false;
        continue;
      }
      if (queued.lane() == Lane.FIRST_AFTER_SECOND && !joined) {
        join.record(side);
        stream.await(join);
        joined = true;
      }
      stream.launch(queued.launch());
      forked = false;
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
