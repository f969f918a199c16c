package dev.resnet.ops;

import org.nd4j.linalg.cpu.nativecpu.CpuBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * nd4j's CPU back-end, with priority over the CUDA one if no device is usable. By itself nd4j
 * selects any device that CUDA lists, and fails at the first kernel without code for it.
 *
 * <p>nd4j finds this class among its back-ends, so the choice holds no matter which code uses nd4j
 * first.
 */
public final class CpuInsteadOfGpu extends CpuBackend {
  private static final Logger LOG = LoggerFactory.getLogger(CpuInsteadOfGpu.class);

  /** Whether this build has nd4j's CUDA back-end. */
  private static final boolean CUDA_BUILD = isPresent("org.nd4j.linalg.jcublas.JCublasBackend");

  /** Computed once; only in a build with the driver's bindings. */
  private static final class Gpu {
    static final GpuVerdict VERDICT = ask();

    private static GpuVerdict ask() {
      GpuVerdict verdict = CudaDriver.verdict();
      verdict.refusal().ifPresent(LOG::warn);
      verdict.inUse().ifPresent(devices -> LOG.info("The NVIDIA driver shows {}", devices));
      return verdict;
    }
  }

  /** The GPUs that nd4j uses, for messages. */
  static String gpus() {
    return Gpu.VERDICT.inUse().orElse("of the CUDA back-end");
  }

  /** Above the CUDA back-end if no GPU is usable, else below the ordinary CPU back-end. */
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
