package dev.resnet.ops;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where native libraries are unpacked for a user without a home, as a container's user id without
 * an entry in the user database: Java then says {@code ?}, and JavaCPP would make a folder of that
 * name in the working directory.
 */
final class NativeCacheFolder {
  private static final Logger LOG = LoggerFactory.getLogger(NativeCacheFolder.class);

  /** JavaCPP reads it when it first unpacks something. */
  static final String CACHE = "org.bytedeco.javacpp.cachedir";

  /** Not in an image that has them ready. */
  private static final boolean CACHED =
      Boolean.parseBoolean(System.getProperty("org.bytedeco.javacpp.cacheLibraries", "true"));

  private NativeCacheFolder() {}

  /** Chooses a folder in {@code resnet.home}, unless there is a home or one is chosen. */
  static void chooseWithin(Path resnetHome) {
    String userHome = System.getProperty("user.home");
    if (System.getProperty(CACHE) != null || !CACHED || isAbsolute(userHome)) {
      return;
    }
    String folder = resnetHome.resolve("native-cache").toString();
    System.setProperty(CACHE, folder);
    LOG.warn(
        "This user has no home (user.home is {}): native libraries are unpacked"
            + " into {}. -D{}=/a/folder chooses another one.",
        userHome,
        folder,
        CACHE);
  }

  /** An absolute one that can't be written to is passed over by JavaCPP itself. */
  private static boolean isAbsolute(@Nullable String userHome) {
    try {
      return userHome != null && Path.of(userHome).isAbsolute();
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
