package dev.resnet.engine.cuda;

import static dev.resnet.engine.cuda.Driver.check;

import dev.resnet.engine.Natives;
import java.util.HashMap;
import java.util.Map;

/** Compiled kernels, loaded into the current context. */
final class KernelModule implements AutoCloseable {
  private final String name;
  private final long handle;
  private final Map<String, KernelFunction> functions = new HashMap<>();

  /**
   * @param name for messages
   * @param binary as {@link KernelCompiler} made it
   */
  KernelModule(String name, byte[] binary) {
    this.name = name;
    long[] handle = new long[1];
    Natives.opening();
    check(Driver.cuModuleLoadData(handle, binary), "cuModuleLoadData of " + name);
    Natives.opened();
    this.handle = handle[0];
  }

  /** The kernel of this name; the same object each time. */
  KernelFunction function(String function) {
    return functions.computeIfAbsent(
        function,
        key -> {
          long[] result = new long[1];
          check(
              Driver.cuModuleGetFunction(result, handle, key),
              "cuModuleGetFunction of %s in %s".formatted(key, name));
          return new KernelFunction(key, result[0]);
        });
  }

  /** Never throws. */
  @Override
  public void close() {
    Driver.cuModuleUnload(handle);
    Natives.closed();
  }
}
