package dev.resnet.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Recognises failures that are caused by a full disk or an exhausted quota. Java has no exception
 * for that.
 */
public final class FullVolume {
  /** The messages of Linux, macOS and Windows. */
  private static final List<String> MESSAGES =
      List.of("no space left on device", "disk quota exceeded", "not enough space on the disk");

  /** PostgreSQL's disk_full. */
  private static final String SQL_STATE = "53100";

  /** Chains of causes may be circular. */
  private static final int LONGEST_CHAIN = 50;

  private FullVolume() {}

  /** Whether the failure or one of its causes is a full disk. */
  public static boolean isCauseOf(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .limit(LONGEST_CHAIN)
        .anyMatch(FullVolume::meansFull);
  }

  private static boolean meansFull(Throwable cause) {
    if (cause instanceof SQLException sql) {
      return SQL_STATE.equals(sql.getSQLState());
    }
    return cause instanceof IOException && isKnown(text(cause));
  }

  /** The message without the file's name. */
  private static @Nullable String text(Throwable cause) {
    return cause instanceof FileSystemException file ? file.getReason() : cause.getMessage();
  }

  private static boolean isKnown(@Nullable String text) {
    return text != null && MESSAGES.stream().anyMatch(text.toLowerCase(Locale.ROOT)::contains);
  }
}
