package dev.resnet.data;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The data sets of some sources, each kept in memory once it has been asked for. */
final class CachingDatasetCatalog implements DatasetCatalog, AutoCloseable {
  private final Map<String, SharedDataset> datasets = new LinkedHashMap<>();

  /** In the order of {@code sources}. */
  CachingDatasetCatalog(List<DatasetSource> sources) {
    sources.forEach(source -> datasets.put(source.name(), new SharedDataset(source)));
  }

  @Override
  public List<DatasetInfo> list() {
    return datasets.values().stream().map(SharedDataset::info).toList();
  }

  @Override
  public Optional<DatasetInfo> info(String name) {
    return Optional.ofNullable(datasets.get(name)).map(SharedDataset::info);
  }

  @Override
  public Dataset load(String name) throws IOException {
    SharedDataset dataset = datasets.get(name);
    if (dataset == null) {
      throw new IllegalArgumentException(
          "there is no data set '%s'; there are %s".formatted(name, datasets.keySet()));
    }
    return dataset.load();
  }

  /** Ends what is being read or downloaded; a download goes on where it was at the next start. */
  @Override
  public void close() {
    datasets.values().forEach(SharedDataset::close);
  }
}
