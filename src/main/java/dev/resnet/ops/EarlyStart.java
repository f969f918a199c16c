package dev.resnet.ops;

import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;

/**
 * What must happen before anything else: the native libraries' loader learns where to log before
 * its classes are loaded, and an unusable home is refused before a database is sought in it.
 */
final class EarlyStart implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
  /** JavaCPP reads it once; without it, warnings go to the standard error stream. */
  private static final String JAVACPP_LOGGER = "org.bytedeco.javacpp.logger";

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    if (System.getProperty(JAVACPP_LOGGER) == null) {
      System.setProperty(JAVACPP_LOGGER, "slf4j");
    }
    String home = event.getEnvironment().getProperty("resnet.home");
    if (home != null) {
      requireWritable(Path.of(home).toAbsolutePath().normalize());
    }
  }

  /** Looks only; the folder itself may be for others to create. */
  private static void requireWritable(Path home) {
    Path existing = home;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      throw new HomeUnusableException(
          home,
          existing,
          Files.isDirectory(existing) ? "is not writable by this user" : "is not a folder");
    }
  }
}
