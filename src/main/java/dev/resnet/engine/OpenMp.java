package dev.resnet.engine;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many OpenMP threads a native operation of the calling thread uses.
 *
 * <p>OpenMP keeps that number, and a thread team, for each of our threads. oneDNN reads the number
 * when a primitive is made and when it runs. nd4j's library for CPUs can set it, and on Linux both
 * libraries run on the same OpenMP runtime; elsewhere, setting it has no effect on oneDNN. nd4j's
 * library for GPUs gives the number another meaning, so it isn't set there.
 *
 * <p>While all teams together, idle ones among them, have more threads than there are cores, every
 * team waits at its barriers in a slower way, and training loses a tenth of its speed. So
 * everything but training uses one thread (docs/decisions/014).
 */
public final class OpenMp {
  /** First, since it loads nd4j's back-end, without which there are no operations to ask for. */
  private static final boolean ON_CPU = Nd4j.getEnvironment().isCPU();

  private static final NativeOps OPENMP = NativeOpsHolder.getInstance().getDeviceNativeOps();

  private OpenMp() {}

  /** What is done with a number of threads. */
  @FunctionalInterface
  public interface Work<T, E extends Exception> {
    T call() throws E;
  }

  /** How many threads an operation of the calling thread would use now. */
  public static int maxThreads() {
    return OPENMP.ompGetMaxThreads();
  }

  /** Does something with this many threads; with 0, as many as it would use anyway. */
  public static <T, E extends Exception> T withThreads(int threads, Work<T, E> work) throws E {
    if (threads == 0 || !ON_CPU) {
      return work.call();
    }
    int before = maxThreads();
    OPENMP.setOmpNumThreads(threads);
    try {
      return work.call();
    } finally {
      OPENMP.setOmpNumThreads(before);
    }
  }
}
