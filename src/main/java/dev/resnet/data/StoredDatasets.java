package dev.resnet.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The data sets that users have uploaded, for {@link DatasetCatalog}. */
public interface StoredDatasets {

  /** Sorted by name. */
  List<DatasetInfo> list();

  /**
   * The current version if {@code version} is null; empty if there is no such data set or version.
   */
  Optional<DatasetInfo> info(String name, @Nullable String version);

  /** See {@link DatasetCatalog#load(String, String)}. */
  Dataset load(String name, @Nullable String version) throws IOException;

  /** See {@link DatasetCatalog#open}. */
  ImageReader open(String name, @Nullable String version, boolean test) throws IOException;

  /** See {@link DatasetCatalog#hold}. */
  void hold(String name, String version);
}
