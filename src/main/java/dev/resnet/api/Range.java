package dev.resnet.api;

/**
 * The numbers a parameter may have.
 *
 * @param min the lower end
 * @param minIncluded whether {@code min} itself is allowed
 * @param max the upper end; infinite for none
 * @param maxIncluded whether {@code max} itself is allowed
 */
public record Range(double min, boolean minIncluded, double max, boolean maxIncluded) {

  /** {@code [min, max]}. */
  public static Range closed(double min, double max) {
    return new Range(min, true, max, true);
  }

  /** {@code [min, max)}, as of a momentum: [0, 1). */
  public static Range closedOpen(double min, double max) {
    return new Range(min, true, max, false);
  }

  /** {@code (min, max]}, as of a learning rate: (0, 10]. */
  public static Range openClosed(double min, double max) {
    return new Range(min, false, max, true);
  }

  /** {@code [min, ∞)}. */
  public static Range atLeast(double min) {
    return new Range(min, true, Double.POSITIVE_INFINITY, false);
  }

  /** Whether the number is in the range; NaN never is. */
  public boolean contains(double value) {
    return (minIncluded ? value >= min : value > min) && (maxIncluded ? value <= max : value < max);
  }

  /** For a message: {@code "greater than 0 and at most 10"}. */
  String description() {
    String lower = (minIncluded ? "at least " : "greater than ") + plain(min);
    if (max == Double.POSITIVE_INFINITY) {
      return lower;
    }
    return lower + " and " + (maxIncluded ? "at most " : "less than ") + plain(max);
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
