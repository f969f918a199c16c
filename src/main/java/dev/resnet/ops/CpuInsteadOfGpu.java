package dev.resnet.ops;

import org.nd4j.linalg.cpu.nativecpu.CpuBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * nd4j's CPU back-end, standing before its CUDA one where no device can be used. By itself nd4j
 * takes any device that CUDA counts, and then fails at the first kernel that it has no code for.
 *
 * <p>Found by nd4j among its back-ends, so that the choice stands whoever touches nd4j first.
 */
public final class CpuInsteadOfGpu extends CpuBackend {
  private static final Logger LOG = LoggerFactory.getLogger(CpuInsteadOfGpu.class);

  /** Whether this build has nd4j's CUDA back-end. */
  private static final boolean CUDA_BUILD = isPresent("org.nd4j.linalg.jcublas.JCublasBackend");

  /** Asked for once; only in a build that has the driver's bindings. */
  private static final class Gpu {
    static final GpuVerdict VERDICT = ask();

    private static GpuVerdict ask() {
      GpuVerdict verdict = CudaDriver.verdict();
      verdict.refusal().ifPresent(LOG::warn);
      verdict.inUse().ifPresent(devices -> LOG.info("The NVIDIA driver shows {}", devices));
      return verdict;
    }
  }

  /** What nd4j computes on where its arrays lie on a GPU, for people. */
  static String gpus() {
    return Gpu.VERDICT.inUse().orElse("of the CUDA back-end");
  }

  /** Before the CUDA back-end where there is one, else behind the ordinary CPU back-end. */
  @Override
  public int getPriority() {
    return CUDA_BUILD ? BACKEND_PRIORITY_GPU + 1 : BACKEND_PRIORITY_CPU - 1;
  }

  @Override
  public boolean isAvailable() {
    return CUDA_BUILD && Gpu.VERDICT.refusal().isPresent();
  }

  private static boolean isPresent(String name) {
    try {
      Class.forName(name, false, CpuInsteadOfGpu.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
