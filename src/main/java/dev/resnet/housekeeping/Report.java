package dev.resnet.housekeeping;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run deleted, or would delete.
 *
 * @param dryRun whether nothing was deleted
 * @param skipped why there was no run; null if there was one
 * @param bytes of all items
 * @param failures what could not be deleted, and why; the next run tries again
 */
record Report(
    @JsonProperty("dry_run") boolean dryRun,
    @Nullable String skipped,
    int count,
    long bytes,
    List<Item> items,
    List<String> failures) {

  static Report of(boolean dryRun, List<Item> items, List<String> failures) {
    return new Report(
        dryRun,
        null,
        items.size(),
        items.stream().mapToLong(Item::bytes).sum(),
        List.copyOf(items),
        List.copyOf(failures));
  }

  static Report skipped(String why) {
    return new Report(true, why, 0, 0, List.of(), List.of());
  }
}
