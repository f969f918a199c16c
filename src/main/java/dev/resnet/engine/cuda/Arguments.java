package dev.resnet.engine.cuda;

import java.util.ArrayList;
import java.util.List;

/** The arguments of a kernel, in the order of its parameters. */
final class Arguments {
  private final List<Object> values = new ArrayList<>();

  /** Pointers; 0 is null. */
  Arguments addresses(long... addresses) {
    return counts(addresses);
  }

  /** Parameters of the type long long. */
  Arguments counts(long... counts) {
    for (long count : counts) {
      values.add(count);
    }
    return this;
  }

  Arguments integers(int... integers) {
    for (int integer : integers) {
      values.add(integer);
    }
    return this;
  }

  Arguments reals(float... reals) {
    for (float real : reals) {
      values.add(real);
    }
    return this;
  }

  List<Object> values() {
    return values;
  }
}
