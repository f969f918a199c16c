package dev.resnet.engine.cuda;

import org.jspecify.annotations.Nullable;

/**
 * Work that is the same each time: the second run records it, and every further one is a single
 * call.
 */
final class Replay implements AutoCloseable {
  private final Work work;
  private boolean ran;
  private @Nullable StepGraph graph;

  /** Queues launches on a stream, the same ones each time. */
  @FunctionalInterface
  interface Work {
    void queue(CudaStream stream);
  }

  Replay(Work work) {
    this.work = work;
  }

  /**
   * Queues it.
   *
   * @param stream the same each time
   */
  void run(CudaStream stream) {
    if (!ran) {
      // Launched one by one: the driver may load a kernel at its first launch only, which it must
      // not do while it records.
      work.queue(stream);
      ran = true;
      return;
    }
    StepGraph recorded = graph;
    if (recorded == null) {
      recorded = StepGraph.capture(stream, () -> work.queue(stream));
      graph = recorded;
    }
    recorded.launch(stream);
  }

  @Override
  public void close() {
    if (graph != null) {
      graph.close();
    }
  }
}
