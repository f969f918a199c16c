package dev.resnet.ops;

import dev.resnet.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** {@code home}: whether {@code resnet.home} is writable and has enough free disk space. */
@Component("homeHealthIndicator")
final class HomeHealthIndicator extends AbstractHealthIndicator {
  private final Path home;
  private final DataSize minFreeSpace;

  HomeHealthIndicator(@Value("${resnet.home}") Path home, OpsProperties properties) {
    super("checking resnet.home failed");
    this.home = home.toAbsolutePath().normalize();
    this.minFreeSpace = properties.minFreeSpace();
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    builder.withDetail("path", home.toString());
    try {
      Files.createDirectories(home);
      long free = Files.getFileStore(home).getUsableSpace();
      builder.withDetail("free_bytes", free).withDetail("min_free_bytes", minFreeSpace.toBytes());
      if (free < minFreeSpace.toBytes()) {
        builder
            .down()
            .withDetail(
                "error",
                "not enough free disk space: free some, or lower resnet.ops.min-free-space");
        return;
      }
      write();
      builder.up();
    } catch (IOException e) {
      builder.down().withDetail("error", "not writable: " + reason(e));
    }
  }

  /**
   * Without the name of the file, which differs each time: an unchanged reason is logged and stored
   * once.
   */
  private static String reason(IOException e) {
    return e instanceof FileSystemException of && of.getReason() != null
        ? of.getReason()
        : e.toString();
  }

  /** Only a write reveals an exhausted quota or a file system that has become read-only. */
  private void write() throws IOException {
    Path probe = AtomicFiles.createTemporary(home, ".health-", "");
    try {
      Files.write(probe, new byte[4096]);
    } finally {
      Files.deleteIfExists(probe);
    }
  }
}
