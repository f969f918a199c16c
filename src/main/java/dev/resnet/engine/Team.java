package dev.resnet.engine;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many threads share the work of one native operation of the calling thread.
 *
 * <p>OpenMP keeps that number, and a team of threads, for each thread of ours. oneDNN asks it both
 * when a primitive is made and when it runs; nd4j's library for CPUs has the call, and on Linux
 * both libraries run on the same OpenMP runtime; where they do not, the number stays what it is.
 * nd4j's library for GPUs means something else by it and is not asked.
 *
 * <p>While more threads than cores belong to teams, idle ones among them, all teams wait at their
 * barriers in a slower way, and a training loses a tenth of its speed: whoever is not a training
 * works on one thread (docs/decisions/014).
 */
public final class Team {
  /** First, since it loads nd4j's back-end, without which there are no operations to ask for. */
  private static final boolean ON_CPU = Nd4j.getEnvironment().isCPU();

  private static final NativeOps OPENMP = NativeOpsHolder.getInstance().getDeviceNativeOps();

  private Team() {}

  /** What is done with a number of threads. */
  @FunctionalInterface
  public interface Work<T, E extends Exception> {
    T call() throws E;
  }

  /** What the calling thread would take now. */
  public static int size() {
    return OPENMP.ompGetMaxThreads();
  }

  /** Does something with so many threads; 0 for as many as there are anyway. */
  public static <T, E extends Exception> T of(int threads, Work<T, E> work) throws E {
    if (threads == 0 || !ON_CPU) {
      return work.call();
    }
    int before = size();
    OPENMP.setOmpNumThreads(threads);
    try {
      return work.call();
    } finally {
      OPENMP.setOmpNumThreads(before);
    }
  }
}
