package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.CONFLICT;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.DatasetRefusedException;
import dev.resnet.data.ImageReader;
import dev.resnet.data.StoredDatasets;
import dev.resnet.data.folder.FolderReport;
import dev.resnet.data.folder.FolderZip;
import dev.resnet.data.folder.Split;
import dev.resnet.data.upload.DatasetRows.Row;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The catalogue of uploaded data sets. The rows are the truth, so all processes see the same. */
public final class UploadedDatasets implements StoredDatasets {
  private final DatasetRows rows;
  private final DatasetFolders folders;
  private final LoadedVersions loaded;
  private final Removal removal;
  private final Uploads uploads;

  UploadedDatasets(DatasetStore store, LoadedVersions loaded, Uploads uploads) {
    this.rows = store.rows();
    this.removal = store.removal();
    this.folders = store.folders();
    this.loaded = loaded;
    this.uploads = uploads;
  }

  @Override
  public List<DatasetInfo> list() {
    return rows.list().stream().map(UploadedDatasets::info).toList();
  }

  @Override
  public Optional<DatasetInfo> info(String name, @Nullable String version) {
    return rows.find(name, version)
        .filter(row -> version == null || row.version() != null)
        .map(UploadedDatasets::info);
  }

  private static DatasetInfo info(Row row) {
    return Description.info(row);
  }

  @Override
  public Dataset load(String name, @Nullable String version) throws IOException {
    return loaded.load(version(name, version));
  }

  @Override
  public ImageReader open(String name, @Nullable String version, boolean test) throws IOException {
    return loaded.open(version(name, version), test ? Split.TEST : Split.TRAIN);
  }

  private StoredVersion version(String name, @Nullable String version) throws IOException {
    Row row =
        rows.find(name, version)
            .orElseThrow(
                () -> new IllegalArgumentException("there is no data set '%s'".formatted(name)));
    StoredVersion found = row.version();
    if (found == null) {
      throw new DamagedDatasetException(
          version == null
              ? "The data set %s has no version yet.".formatted(name)
              : gone(name, version));
    }
    return found;
  }

  @Override
  public void hold(String name, String version) {
    rows.lock();
    if (!rows.hasVersion(name, version)) {
      throw new DatasetRefusedException(CONFLICT, gone(name, version));
    }
  }

  private static String gone(String name, String version) {
    return "The version %s of data set %s has been deleted. Submit a new job with the present data."
        .formatted(version.substring(0, 12), name);
  }

  /** What became of the archive of the current version; empty if there is none. */
  public Optional<FolderReport> report(String name) {
    return rows.find(name, null)
        .map(Row::version)
        .map(version -> Description.read(version.description()).report());
  }

  /** Writes a data set; see {@link #archive}. */
  @FunctionalInterface
  public interface Archive {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * The current version as an archive that can be uploaded again.
   *
   * @throws DatasetRefusedException if there is none
   */
  public Archive archive(String name) {
    if (uploads.isBuiltIn(name)) {
      throw new DatasetRefusedException(
          CONFLICT,
          "The data set %s is built in; only uploaded data sets can be downloaded."
              .formatted(name));
    }
    Row row = rows.find(name, null).orElseThrow(() -> Removal.unknown(name));
    StoredVersion version = row.version();
    if (version == null) {
      throw new DatasetRefusedException(
          CONFLICT, "The data set %s has no version yet.".formatted(name));
    }
    Path folder = folders.version(name, version.sha256());
    return out -> FolderZip.write(folder, out);
  }

  /**
   * One version, for a list.
   *
   * @param size bytes of its files
   * @param current whether new jobs use it
   */
  public record Version(
      String sha256, Instant createdAt, long size, int train, int test, boolean current) {}

  /** The versions that are kept, the current one first; empty if there is no such data set. */
  public List<Version> versions(String name) {
    Optional<Row> row = rows.find(name, null);
    String current = row.map(Row::version).map(StoredVersion::sha256).orElse("");
    return rows.versions(name).stream()
        .map(
            version -> {
              Description description = Description.read(version.description());
              return new Version(
                  version.sha256(),
                  version.createdAt(),
                  version.size(),
                  description.train(),
                  description.test(),
                  version.sha256().equals(current));
            })
        .toList();
  }

  /**
   * Deletes a data set with all its versions.
   *
   * @throws DatasetRefusedException if it is built in, a job needs it, or there is none
   */
  public void delete(String name) {
    uploads.requireOwn(name);
    removal.delete(name);
  }
}
