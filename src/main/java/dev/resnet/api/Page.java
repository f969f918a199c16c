package dev.resnet.api;

import java.util.List;

/**
 * A page of a list.
 *
 * @param page counted from 0
 * @param size most items per page
 * @param totalItems number of items on all pages
 */
public record Page<T>(List<T> items, int page, int size, long totalItems, int totalPages) {
  public Page {
    items = List.copyOf(items);
  }

  /** The page for a request. */
  public static <T> Page<T> of(List<T> items, PageRequest request, long totalItems) {
    long pages = (totalItems + request.size() - 1) / request.size();
    return new Page<>(
        items,
        request.page(),
        request.size(),
        totalItems,
        (int) Math.min(pages, Integer.MAX_VALUE));
  }
}
