package dev.resnet.jobs;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a job.
 *
 * @param id increases within a job; another job's events may lie between
 * @param data JSON, as clients get it
 */
public record JobEvent(long id, Type type, Instant at, String data) {

  /** What an event tells of. */
  public enum Type {
    /** The job has another status, or was asked to stop. */
    STATUS,
    /** An epoch has been completed. */
    EPOCH,
    /** A sentence for people. */
    LOG;

    /** The name in the database and in the stream. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Type of(String wireName) {
      return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
  }

  /** The sentence of a LOG event; null for the other types. */
  public @Nullable String message() {
    return type == Type.LOG ? EventJson.message(data) : null;
  }
}
