package dev.resnet.engine;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that loads nd4j's native library, and says why a native library can't be used.
 *
 * <p>A class whose native library failed to load can't be used until the process restarts. So the
 * folder that libraries are unpacked into is checked first: a problem with it can be fixed without
 * a restart.
 */
public final class NativeLibraries {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

  private static final String ANOTHER_FOLDER =
      "or choose another folder with the Java option -Dorg.bytedeco.javacpp.cachedir=/a/folder"
          + " (JAVA_TOOL_OPTIONS takes it too) and restart";

  private static boolean usable;

  private NativeLibraries() {}

  /** Tried once: null where it worked. */
  private static final class Attempt {
    static final @Nullable String PROBLEM = load();

    private static @Nullable String load() {
      try {
        // The first operation loads what the classes alone do not.
        Nd4j.ones(2, 2).mmul(Nd4j.ones(2, 2)).close();
        return null;
      } catch (LinkageError | RuntimeException e) {
        LOG.error("nd4j's native library can't be loaded", e);
        return explain("nd4j's native library", e);
      }
    }
  }

  /**
   * Why nothing can be computed here, as a sentence for the user; empty where something can. Takes
   * seconds the first time.
   */
  static synchronized Optional<String> problem() {
    if (usable) {
      return Optional.empty();
    }
    Optional<String> problem = cacheProblem().or(() -> Optional.ofNullable(Attempt.PROBLEM));
    usable = problem.isEmpty();
    return problem;
  }

  /** What is wrong with the folder, found before loading fails. */
  private static Optional<String> cacheProblem() {
    if (!Boolean.parseBoolean(System.getProperty("org.bytedeco.javacpp.cacheLibraries", "true"))) {
      return Optional.empty(); // a container image with unpacked libraries
    }
    try {
      NativeCache cache = NativeCache.ofThisProcess();
      return cache.problem().map(reason -> unusable(cache, reason));
    } catch (IOException e) {
      return Optional.of(
          "The native libraries can't be unpacked: neither %s/.javacpp nor %s can be written to."
                  .formatted(System.getProperty("user.home"), System.getProperty("java.io.tmpdir"))
              + " Make one of them writable, "
              + ANOTHER_FOLDER
              + ".");
    }
  }

  private static String unusable(NativeCache cache, String reason) {
    return "The native libraries can't be loaded from %s: %s. Fix that, %s"
        .formatted(cache.folder(), reason, ANOTHER_FOLDER);
  }

  /**
   * Why a native library could not be loaded, with what to do about it.
   *
   * @param library as the user knows it
   * @param failure as its first use threw it
   */
  public static String explain(String library, Throwable failure) {
    String cause = rootMessage(failure);
    Optional<String> cache = cacheProblem();
    if (cache.isPresent()) {
      return "%s can't be loaded (%s). %s".formatted(library, cause, cache.get());
    }
    return "%s can't be loaded (%s). Its folder is %s. If this jar is built for this platform (%s %s), fix that, %s"
        .formatted(
            library,
            cause,
            folder(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            ANOTHER_FOLDER);
  }

  private static String folder() {
    try {
      return NativeCache.ofThisProcess().folder().toString();
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** The first cause; a wrapper says only that a class could not be initialised. */
  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
