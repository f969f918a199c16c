package dev.resnet.api;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list, in which order. A controller's method takes it as a parameter annotated
 * with {@link Sortable}; {@code page}, {@code size} and {@code sort} are then read from the query
 * and appear in the OpenAPI document.
 *
 * @param page counted from 0
 * @param size the most items of a page, 1 to {@value #LARGEST}
 * @param sortField one of the fields that may be sorted by, as the client writes it
 */
public record PageRequest(int page, int size, String sortField, boolean ascending) {
  static final int LARGEST = 100;
  static final int DEFAULT_SIZE = 20;

  /** Items before this page. */
  public long offset() {
    return (long) page * size;
  }

  /**
   * Reads the query parameters; null for those that are not given.
   *
   * @param sortable the fields that may be sorted by
   * @param defaultSort as {@code sort} would be written
   * @throws ProblemException 400 with every bad parameter
   */
  public static PageRequest read(
      @Nullable String page,
      @Nullable String size,
      @Nullable String sort,
      Collection<String> sortable,
      String defaultSort) {
    Problems problems = new Problems();
    int number = wholeNumber("page", page, 0, 0, Integer.MAX_VALUE, problems);
    int items = wholeNumber("size", size, DEFAULT_SIZE, 1, LARGEST, problems);
    String[] order = (sort == null ? defaultSort : sort).split(",", -1);
    String direction = order.length > 1 ? order[1] : "asc";
    if (!sortable.contains(order[0])
        || !List.of("asc", "desc").contains(direction)
        || order.length > 2) {
      problems.add(
          "sort",
          "must be a field, optionally with ,asc or ,desc, such as %s; the fields are %s; was \"%s\""
              .formatted(
                  defaultSort, String.join(", ", sortable), Problems.abbreviated("" + sort)));
    }
    problems.throwIfAny();
    return new PageRequest(number, items, order[0], direction.equals("asc"));
  }

  private static int wholeNumber(
      String name, @Nullable String value, int def, int min, int max, Problems problems) {
    if (value == null) {
      return def;
    }
    if (value.matches("\\d{1,10}")) {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return (int) number;
      }
    }
    problems.add(
        name,
        "must be a whole number from %d to %d, was \"%s\""
            .formatted(min, max, Problems.abbreviated(value)));
    return def;
  }
}
