package dev.resnet.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The built-in data sets, then those that users have uploaded. */
final class AllDatasets implements DatasetCatalog, AutoCloseable {
  private final CachingDatasetCatalog builtIn;
  private final StoredDatasets stored;

  AllDatasets(CachingDatasetCatalog builtIn, StoredDatasets stored) {
    this.builtIn = builtIn;
    this.stored = stored;
  }

  @Override
  public List<DatasetInfo> list() {
    List<DatasetInfo> all = new ArrayList<>(builtIn.list());
    all.addAll(stored.list());
    return all;
  }

  @Override
  public Optional<DatasetInfo> info(String name, @Nullable String version) {
    return builtIn.has(name) ? builtIn.info(name) : stored.info(name, version);
  }

  @Override
  public Dataset load(String name, @Nullable String version) throws IOException {
    return builtIn.has(name) ? builtIn.load(name) : stored.load(name, version);
  }

  @Override
  public ImageReader open(String name, @Nullable String version, boolean test) throws IOException {
    return builtIn.has(name)
        ? DatasetCatalog.super.open(name, version, test)
        : stored.open(name, version, test);
  }

  @Override
  public void hold(String name, String version) {
    stored.hold(name, version);
  }

  @Override
  public void close() {
    builtIn.close();
  }
}
