package dev.resnet.engine.cuda;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kernel with its arguments.
 *
 * @param grid how many blocks
 * @param block how many threads each
 * @param sharedBytes dynamic shared memory of a block
 * @param arguments in the order of the kernel's parameters: a Long is a pointer (or a 64-bit
 *     integer), an Integer and a Float are themselves, {@link #NULL} is a null pointer
 */
record Launch(
    KernelFunction function, Size grid, Size block, int sharedBytes, List<Object> arguments) {
  /** A null pointer in a list that holds no null. */
  static final Object NULL = 0L;

  /** Sizes in three dimensions. */
  record Size(int x, int y, int z) {
    Size {
      if (x < 1 || y < 1 || z < 1) {
        throw new IllegalArgumentException("%d × %d × %d".formatted(x, y, z));
      }
    }

    static Size of(int x) {
      return new Size(x, 1, 1);
    }

    static Size of(int x, int y) {
      return new Size(x, y, 1);
    }
  }

  Launch {
    arguments = List.copyOf(arguments);
    if (arguments.size() > CudaStream.MOST_ARGUMENTS) {
      throw new IllegalArgumentException(function.name() + " has too many arguments");
    }
  }

  /** A null argument is a null pointer. */
  static Launch of(
      KernelFunction function,
      Size grid,
      Size block,
      int sharedBytes,
      @Nullable Object... arguments) {
    List<Object> list =
        Arrays.stream(arguments).map(argument -> argument == null ? NULL : argument).toList();
    return new Launch(function, grid, block, sharedBytes, list);
  }

  /** The same for one-dimensional sizes without dynamic shared memory. */
  static Launch of(
      KernelFunction function, int blocks, int threads, @Nullable Object... arguments) {
    return of(function, Size.of(blocks), Size.of(threads), 0, arguments);
  }
}
