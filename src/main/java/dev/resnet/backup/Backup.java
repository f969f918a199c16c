package dev.resnet.backup;

import dev.resnet.files.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What belongs into one archive. Closing it deletes what was collected on the volume. */
public final class Backup implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Backup.class);

  private final Manifest manifest;
  private final Path rows;
  private final FileLinks files;
  private final boolean incomplete;
  private final Runnable close;
  private final StringBuilder checksums = new StringBuilder();

  Backup(Manifest manifest, Path rows, FileLinks files, boolean incomplete, Runnable close) {
    this.manifest = manifest;
    this.rows = rows;
    this.files = files;
    this.incomplete = incomplete;
    this.close = close;
  }

  /**
   * Writes the archive, a tar. It ends with the checksums of all entries, so one that was cut off
   * is recognised.
   *
   * @throws IOException also if a file has changed since its row was written
   */
  public void writeTo(OutputStream out) throws IOException {
    var tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    byte[] json = manifest.json();
    add(tar, Manifest.ENTRY, json.length, new ByteArrayInputStream(json));
    for (Manifest.Rows table : manifest.tables()) {
      add(tar, table.entry(), rows.resolve(table.table()));
    }
    for (Map.Entry<String, Optional<String>> file : files.files().entrySet()) {
      String sha256 = add(tar, Manifest.FILES + file.getKey(), files.link(file.getKey()));
      if (file.getValue().filter(expected -> !expected.equals(sha256)).isPresent()) {
        String problem =
            "%s has changed: its SHA-256 is %s instead of %s"
                .formatted(file.getKey(), sha256, file.getValue().get());
        if (!incomplete) {
          throw new IOException(problem);
        }
        LOG.warn("The backup is incomplete: {}", problem);
      }
    }
    byte[] list = checksums.toString().getBytes(StandardCharsets.UTF_8);
    add(tar, Manifest.CHECKSUMS, list.length, new ByteArrayInputStream(list));
    tar.finish();
    out.flush();
    LOG.info(
        "Backup {} has been sent: {} rows, {} files",
        manifest.id(),
        manifest.tables().stream().mapToLong(Manifest.Rows::count).sum(),
        files.files().size());
  }

  private String add(TarArchiveOutputStream tar, String name, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return add(tar, name, Files.size(file), in);
    }
  }

  private String add(TarArchiveOutputStream tar, String name, long size, InputStream in)
      throws IOException {
    var entry = new TarArchiveEntry(name);
    entry.setSize(size);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    MessageDigest digest = Sha256.digest();
    new DigestInputStream(in, digest).transferTo(tar);
    tar.closeArchiveEntry();
    String sha256 = HexFormat.of().formatHex(digest.digest());
    checksums.append(sha256).append("  ").append(name).append('\n');
    return sha256;
  }

  /** A name for the archive. */
  public String name() {
    return "resnet-backup-" + manifest.createdAt().substring(0, 19).replace(":", "") + "Z.tar";
  }

  @Override
  public void close() {
    close.run();
  }
}
