package dev.resnet.models;

import dev.resnet.models.VersionRows.Order;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Lists the registry page by page. */
public final class ModelListing {
  private final VersionRows rows;

  ModelListing(VersionRows rows) {
    this.rows = rows;
  }

  /** All names in order, including those without a version. */
  public List<String> names() {
    return rows.names();
  }

  /** The names that have a version. */
  public List<String> namesWithVersions(boolean ascending, int size, long from) {
    return rows.namesWithVersions(ascending, size, from);
  }

  public long countNamesWithVersions() {
    return rows.countNamesWithVersions();
  }

  /** The versions, the newest first. */
  public List<ModelVersion> newest(String name, int size) {
    return rows.versions(name, Order.VERSION, false, size, 0);
  }

  /** The newest versions of each name, and how many it has in all. */
  public Map<String, Newest> newest(List<String> names, int each) {
    Map<String, Long> counts = rows.count(names);
    return rows.newest(names, each).stream()
        .collect(
            Collectors.groupingBy(
                ModelVersion::name,
                Collectors.collectingAndThen(
                    Collectors.toList(),
                    newest ->
                        new Newest(
                            newest,
                            counts.getOrDefault(newest.get(0).name(), (long) newest.size())))));
  }

  /**
   * @param versions the newest first
   * @param total of all versions
   */
  public record Newest(List<ModelVersion> versions, long total) {}

  /**
   * @param order {@code version}, {@code created_at} or {@code test_accuracy}
   */
  public List<ModelVersion> versions(
      String name, String order, boolean ascending, int size, long from) {
    return rows.versions(
        name, Order.valueOf(order.toUpperCase(Locale.ROOT)), ascending, size, from);
  }

  public long count(String name) {
    return rows.count(name);
  }
}
