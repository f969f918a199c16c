package dev.resnet.data;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The built-in data sets of several sources, each kept in memory after its first use. */
final class CachingDatasetCatalog implements AutoCloseable {
  private final Map<String, SharedDataset> datasets = new LinkedHashMap<>();

  /**
   * @param sources in the order in which they are listed
   */
  CachingDatasetCatalog(List<DatasetSource> sources) {
    sources.forEach(source -> datasets.put(source.name(), new SharedDataset(source)));
  }

  List<DatasetInfo> list() {
    return datasets.values().stream().map(SharedDataset::info).toList();
  }

  boolean has(String name) {
    return datasets.containsKey(name);
  }

  Optional<DatasetInfo> info(String name) {
    return Optional.ofNullable(datasets.get(name)).map(SharedDataset::info);
  }

  Dataset load(String name) throws IOException {
    SharedDataset dataset = datasets.get(name);
    if (dataset == null) {
      throw new IllegalArgumentException(
          "there is no data set '%s'; there are %s".formatted(name, datasets.keySet()));
    }
    return dataset.load();
  }

  /** Stops reading and downloading. After the next start a download continues where it stopped. */
  @Override
  public void close() {
    datasets.values().forEach(SharedDataset::close);
  }
}
