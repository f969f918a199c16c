package dev.resnet.ops;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses where native libraries are unpacked if the user has no home directory, for example a
 * container's user id without an entry in the user database. Java then reports {@code ?}, and
 * JavaCPP would create a folder of that name in the working directory.
 */
final class NativeCacheFolder {
  private static final Logger LOG = LoggerFactory.getLogger(NativeCacheFolder.class);

  /** JavaCPP reads it when it first unpacks something. */
  static final String CACHE = "org.bytedeco.javacpp.cachedir";

  /** Whether the image contains the libraries already unpacked. */
  private static final boolean CACHED =
      Boolean.parseBoolean(System.getProperty("org.bytedeco.javacpp.cacheLibraries", "true"));

  private NativeCacheFolder() {}

  /**
   * Chooses a folder in {@code resnet.home}, unless the user has a home directory or a folder is
   * configured.
   */
  static void chooseWithin(Path resnetHome) {
    String userHome = System.getProperty("user.home");
    if (System.getProperty(CACHE) != null || !CACHED || isAbsolute(userHome)) {
      return;
    }
    String folder = resnetHome.resolve("native-cache").toString();
    System.setProperty(CACHE, folder);
    LOG.warn(
        "This user has no home directory (user.home is {}): native libraries are"
            + " unpacked into {}. Set -D{}=/a/folder to choose another folder.",
        userHome,
        folder,
        CACHE);
  }

  /** JavaCPP itself skips an absolute path that is not writable. */
  private static boolean isAbsolute(@Nullable String userHome) {
    try {
      return userHome != null && Path.of(userHome).isAbsolute();
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
