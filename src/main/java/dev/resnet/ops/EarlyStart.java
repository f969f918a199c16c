package dev.resnet.ops;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.MapPropertySource;

/**
 * The first steps of the start. Sets the logger and the cache folder of the native library loader,
 * before its classes are loaded. Refuses a misspelt setting, and an unusable resnet.home before the
 * database is opened in it. Makes the path of resnet.home absolute, because H2 does not accept
 * relative paths without "./".
 */
final class EarlyStart implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
  private static final String HOME = "resnet.home";
  private static final String GRPC = "spring.grpc.server.enabled";

  /** JavaCPP reads it once; by default, warnings go to standard error. */
  private static final String JAVACPP_LOGGER = "org.bytedeco.javacpp.logger";

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    if (System.getProperty(JAVACPP_LOGGER) == null) {
      System.setProperty(JAVACPP_LOGGER, "slf4j");
    }
    new SettingNames().check(event.getEnvironment());
    if ("worker".equalsIgnoreCase(event.getEnvironment().getProperty("resnet.role", "").strip())) {
      // A worker serves only actuator.
      event
          .getEnvironment()
          .getPropertySources()
          .addFirst(new MapPropertySource(GRPC, Map.of(GRPC, "false")));
    }
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

  /** Only checks; other code may create the folder later. */
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
