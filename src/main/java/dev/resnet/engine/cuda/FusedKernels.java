package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Instances of the fused kernels' templates, loaded into the current context. They are compiled in
 * several modules at the same time, since an instance takes NVRTC about half a second.
 */
final class FusedKernels implements AutoCloseable {
  private static final List<String> OPTIONS = List.of("-DPRECISION=16");
  private static final String[] FILES = {
    "batch-statistics.cu", "gather.cu", "convolution.cu", "filters.cu", "network.cu"
  };
  private static final int MOST_MODULES = 8;

  private final Map<String, KernelModule> modules = new HashMap<>();
  private final Owned owned = new Owned();
  private final KernelModule first;

  FusedKernels(Gpu gpu, Collection<FusedKernel> kernels) {
    // By name, so that the same network gives the same modules.
    var distinct = new TreeMap<String, FusedKernel>();
    kernels.forEach(kernel -> distinct.put(kernel.name(), kernel));
    int count = Math.min(MOST_MODULES, Runtime.getRuntime().availableProcessors());
    List<List<FusedKernel>> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(new ArrayList<>());
    }
    int at = 0;
    for (FusedKernel kernel : distinct.values()) {
      parts.get(at++ % count).add(kernel);
    }
    try {
      List<byte[]> binaries = compile(new KernelCompiler(gpu.capability()), parts);
      for (int i = 0; i < count; i++) {
        var module = owned.add(new KernelModule("fused kernels " + (i + 1), binaries.get(i)));
        parts.get(i).forEach(kernel -> modules.put(kernel.name(), module));
        modules.putIfAbsent("", module);
      }
      first = modules.get("");
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private static List<byte[]> compile(KernelCompiler compiler, List<List<FusedKernel>> parts) {
    ExecutorService pool = Executors.newFixedThreadPool(parts.size());
    try {
      List<Future<byte[]>> results = new ArrayList<>();
      for (List<FusedKernel> part : parts) {
        Callable<byte[]> task = () -> compiler.compileWith(text(part), OPTIONS, FILES);
        results.add(pool.submit(task));
      }
      List<byte[]> binaries = new ArrayList<>();
      for (Future<byte[]> result : results) {
        binaries.add(await(result));
      }
      return binaries;
    } finally {
      pool.shutdownNow();
    }
  }

  private static String text(List<FusedKernel> part) {
    var text = new StringBuilder();
    part.forEach(kernel -> text.append(kernel.text()));
    return text.toString();
  }

  private static byte[] await(Future<byte[]> result) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true; // compiling takes seconds and can't be stopped
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException failure) {
            throw failure;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  Launch launch(FusedKernel kernel, int gridX, int gridY, Arguments arguments) {
    return new Launch(
        function(kernel.name()),
        Launch.Size.of(gridX, gridY),
        Launch.Size.of(kernel.threads()),
        kernel.sharedBytes(),
        arguments.values());
  }

  /** A kernel that is no template. */
  Launch launch(String name, int grid, int block, Arguments arguments) {
    return new Launch(
        function(name), Launch.Size.of(grid), Launch.Size.of(block), 0, arguments.values());
  }

  /** Programs may be bound by several threads at once. */
  private synchronized KernelFunction function(String name) {
    return modules.getOrDefault(name, first).function(name);
  }

  @Override
  public void close() {
    owned.close();
  }
}
