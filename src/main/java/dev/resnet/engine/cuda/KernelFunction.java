package dev.resnet.engine.cuda;

import static dev.resnet.engine.cuda.Driver.check;

/** A kernel of a loaded module. */
final class KernelFunction {
  /** What a block may have without asking, static and dynamic together. */
  private static final int SHARED_BYTES = 48 << 10;

  private final String name;
  private final long handle;
  private int allowed;

  KernelFunction(String name, long handle) {
    this.name = name;
    this.handle = handle;
    this.allowed = SHARED_BYTES - attribute(Driver.STATIC_SHARED_BYTES);
  }

  String name() {
    return name;
  }

  long handle() {
    return handle;
  }

  /** Called before a launch with so much dynamic shared memory. */
  void allowSharedBytes(int bytes) {
    if (bytes > allowed) {
      check(
          Driver.cuFuncSetAttribute(handle, Driver.DYNAMIC_SHARED_BYTES, bytes),
          "%,d bytes of shared memory for %s".formatted(bytes, name));
      allowed = bytes;
    }
  }

  /** Registers of a thread, and bytes of memory that it uses because they don't suffice. */
  String resources() {
    return "%s: %d registers, %d bytes spilled, %d bytes of static shared memory"
        .formatted(
            name,
            attribute(Driver.REGISTERS),
            attribute(Driver.LOCAL_BYTES),
            attribute(Driver.STATIC_SHARED_BYTES));
  }

  private int attribute(int attribute) {
    int[] value = new int[1];
    check(Driver.cuFuncGetAttribute(value, attribute, handle), "cuFuncGetAttribute");
    return value[0];
  }
}
