package dev.resnet.engine.onednn;

import java.util.function.Supplier;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many threads share the work of one primitive. oneDNN asks OpenMP, which keeps the number for
 * each thread of ours: both when a primitive is made and when it runs. nd4j's native library has
 * the call, and both libraries run on the same OpenMP runtime.
 */
final class Team {
  private static final NativeOps OPENMP = NativeOpsHolder.getInstance().getDeviceNativeOps();

  private Team() {}

  /** What the calling thread would take now. */
  static int size() {
    return OPENMP.ompGetMaxThreads();
  }

  /** Does something with so many threads; 0 for as many as there are anyway. */
  static <T> T of(int threads, Supplier<T> work) {
    if (threads == 0) {
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
