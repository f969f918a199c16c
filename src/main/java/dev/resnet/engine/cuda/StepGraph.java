package dev.resnet.engine.cuda;

import static dev.resnet.engine.cuda.Driver.check;

import dev.resnet.engine.Natives;

/**
 * Work that was recorded once and is launched with a single call. Addresses and arguments are those
 * of the recording.
 */
final class StepGraph implements AutoCloseable {
  private final long executable;

  private StepGraph(long executable) {
    this.executable = executable;
  }

  /**
   * Records what {@code work} queues, without doing it. A second stream takes part where it waits
   * for an event of the first ({@link CudaEvent#record}, {@link CudaStream#await}) before its first
   * work, and the first waits for an event of the second at the end. Nothing may wait for the GPU
   * or allocate on it meanwhile.
   */
  static StepGraph capture(CudaStream stream, Runnable work) {
    check(
        Driver.cuStreamBeginCapture_v2(stream.handle, Driver.CAPTURE_THREAD_LOCAL),
        "cuStreamBeginCapture");
    long[] graph = new long[1];
    int ended;
    try {
      work.run();
    } finally {
      // Also where the work failed: the stream can't be used before.
      ended = Driver.cuStreamEndCapture(stream.handle, graph);
    }
    check(ended, "cuStreamEndCapture");
    try {
      long[] executable = new long[1];
      Natives.opening();
      check(
          Driver.cuGraphInstantiateWithFlags(executable, graph[0], 0),
          "cuGraphInstantiateWithFlags");
      Natives.opened();
      return new StepGraph(executable[0]);
    } finally {
      Driver.cuGraphDestroy(graph[0]);
    }
  }

  void launch(CudaStream stream) {
    check(Driver.cuGraphLaunch(executable, stream.handle), "cuGraphLaunch");
  }

  /** Never throws. */
  @Override
  public void close() {
    Driver.cuGraphExecDestroy(executable);
    Natives.closed();
  }
}
