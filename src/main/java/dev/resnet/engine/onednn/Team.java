package dev.resnet.engine.onednn;

import java.util.function.Supplier;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many threads share the work of one primitive. oneDNN asks OpenMP, which keeps the number for
 * each thread of ours: both when a primitive is made and when it runs. nd4j's library for CPUs has
 * the call, and on Linux both libraries run on the same OpenMP runtime; where they do not, the
 * number stays what it is. nd4j's library for GPUs means something else by it and is not asked.
 */
final class Team {
  private static final NativeOps OPENMP = NativeOpsHolder.getInstance().getDeviceNativeOps();

  private static final boolean ON_CPU = Nd4j.getEnvironment().isCPU();

  private Team() {}

  /** What the calling thread would take now. */
  static int size() {
    return OPENMP.ompGetMaxThreads();
  }

  /** Does something with so many threads; 0 for as many as there are anyway. */
  static <T> T of(int threads, Supplier<T> work) {
    if (threads == 0 || !ON_CPU) {
      return work.get();
    }
    int before = size();
    OPENMP.setOmpNumThreads(threads);
    try {
      return work.get();
    } finally {
      OPENMP.setOmpNumThreads(before);
    }
  }
}
