package dev.resnet.engine.cuda;

import com.sun.jna.NativeLibrary;
import org.jspecify.annotations.Nullable;

/** A switch of the emulator, taken back when closed. A real driver has none. */
final class EmulatorSwitch implements AutoCloseable {
  private final String name;

  EmulatorSwitch(String name, String value) {
    this.name = name;
    if (isEmulated()) {
      set(name, value);
    }
  }

  static boolean isEmulated() {
    return CudaPlatform.ofThisProcess().usable().name().contains("Emulated");
  }

  /** Brings a lost device back. */
  static void recover() {
    library().getFunction("emulatorRecover").invokeInt(new Object[0]);
  }

  private static void set(String name, @Nullable String value) {
    library().getFunction("emulatorSet").invokeInt(new Object[] {name, value});
  }

  private static NativeLibrary library() {
    return NativeLibrary.getInstance(
        CudaLibraries.ofThisProcess().driver().orElseThrow().toString());
  }

  @Override
  public void close() {
    if (isEmulated()) {
      set(name, null);
    }
  }
}
