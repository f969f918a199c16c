package dev.resnet.jobs.web;

import dev.resnet.jobs.JobEvent;
import java.nio.charset.StandardCharsets;

/** The text format of server-sent events (WHATWG HTML, section 9.2). */
final class SseText {
  /** Begins each stream: a browser waits two seconds before it connects again. */
  static final byte[] START = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

  /** Ignored by clients; keeps the connection alive. */
  static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  private SseText() {}

  /** The data is JSON, so it has no line breaks. */
  static String event(JobEvent event) {
    return "id: %d\nevent: %s\ndata: %s\n\n"
        .formatted(event.id(), event.type().wireName(), event.data());
  }

  /** Has no id: after a new connection the newest progress is enough. */
  static String progress(String data) {
    return "event: progress\ndata: " + data + "\n\n";
  }
}
