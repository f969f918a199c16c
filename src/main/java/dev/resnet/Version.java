package dev.resnet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Version and commit, from the jar's metadata; available without starting the service. */
final class Version {
  private Version() {}

  /**
   * {@code "resnet-service 0.1.0, commit 1a2b3c4, Java 17.0.15"}, without the parts that are
   * unknown.
   */
  static String text() {
    String version = properties("META-INF/build-info.properties").getProperty("build.version");
    String commit = properties("git.properties").getProperty("git.commit.id.abbrev");
    return "resnet-service "
        + (version == null ? "(not packaged)" : version)
        + (commit == null ? "" : ", commit " + commit)
        + ", Java "
        + Runtime.version();
  }

  /** Empty if the resource is missing: a build without a Git repository has no commit. */
  private static Properties properties(String resource) {
    var properties = new Properties();
    try (InputStream in = Version.class.getClassLoader().getResourceAsStream(resource)) {
      if (in != null) {
        properties.load(in);
      }
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
