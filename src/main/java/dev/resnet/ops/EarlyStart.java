package dev.resnet.ops;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.MapPropertySource;

/**
 * What must happen before anything else: the native libraries' loader learns where to log before
 * its classes are loaded, and where to unpack them; a misspelt setting is refused; an unusable home
 * is refused before a database is sought in it; and everybody sees one absolute path of it, since
 * H2 takes none that is relative without "./".
 */
final class EarlyStart implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
  private static final String HOME = "resnet.home";

  /** JavaCPP reads it once; without it, warnings go to the standard error stream. */
  private static final String JAVACPP_LOGGER = "org.bytedeco.javacpp.logger";

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    if (System.getProperty(JAVACPP_LOGGER) == null) {
      System.setProperty(JAVACPP_LOGGER, "slf4j");
    }
    new SettingNames().check(event.getEnvironment());
    String written = event.getEnvironment().getProperty(HOME);
    if (written != null) {
      Path home = Path.of(written).toAbsolutePath().normalize();
      requireWritable(home);
      NativeCacheFolder.chooseWithin(home);
      event
          .getEnvironment()
          .getPropertySources()
          .addFirst(new MapPropertySource(HOME, Map.of(HOME, home.toString())));
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
