package dev.resnet.models;

import io.swagger.v3.oas.annotations.media.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A build of this service.
 *
 * @param commit null if it was not built from a Git repository
 */
@Schema(name = "ServiceBuild", description = "A build of this service.")
public record Build(
    @Schema(example = "1.0.0") String version,
    @Schema(nullable = true, example = "1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b")
        @Nullable String commit) {
  private static final @Nullable Build PRESENT = read();

  /** The running one; null if it is not packaged. */
  static @Nullable Build present() {
    return PRESENT;
  }

  private static @Nullable Build read() {
    String version = properties("META-INF/build-info.properties").getProperty("build.version");
    Properties git = properties("git.properties");
    String commit = git.getProperty("git.commit.id.full", git.getProperty("git.commit.id.abbrev"));
    return version == null ? null : new Build(version, commit);
  }

  /** Empty if the resource is missing. */
  private static Properties properties(String resource) {
    var properties = new Properties();
    try (InputStream in = Build.class.getClassLoader().getResourceAsStream(resource)) {
      if (in != null) {
        properties.load(in);
      }
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
