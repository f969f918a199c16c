package dev.resnet.api;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Page, size and order of a list. A controller's method takes it as a parameter annotated with
 * {@link Sortable}; {@code page}, {@code size} and {@code sort} are then read from the query and
 * appear in the OpenAPI document.
 *
 * @param page counted from 0
 * @param size most items per page, 1 to {@value #LARGEST}
 * @param sortField the field to sort by, as the client writes it
 */
public record PageRequest(int page, int size, String sortField, boolean ascending) {
  static final int LARGEST = 100;
  static final int DEFAULT_SIZE = 20;

  /** Number of items before this page. */
  public long offset() {
    return (long) page * size;
  }

  /**
   * Reads the query parameters and reports all errors.
   *
   * @param query returns null for absent parameters
   */
  static PageRequest read(
      UnaryOperator<@Nullable String> query, Sortable sortable, Problems problems) {
    List<String> fields = List.of(sortable.value());
    String sort = query.apply("sort");
    int number = wholeNumber("page", query.apply("page"), 0, 0, Integer.MAX_VALUE, problems);
    int items = wholeNumber("size", query.apply("size"), DEFAULT_SIZE, 1, LARGEST, problems);
    String[] order = (sort == null ? sortable.defaultSort() : sort).split(",", -1);
    String direction = order.length > 1 ? order[1] : "asc";
    if (!fields.contains(order[0])
        || !List.of("asc", "desc").contains(direction)
        || order.length > 2) {
      problems.add(
          "sort",
          "must be a field, optionally with ,asc or ,desc, such as %s; the fields are %s; was \"%s\""
              .formatted(
                  sortable.defaultSort(),
                  String.join(", ", fields),
                  Problems.abbreviated("" + sort)));
    }
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
