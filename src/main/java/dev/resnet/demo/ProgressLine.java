package dev.resnet.demo;

import java.time.Duration;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** A job's progress in one line. */
final class ProgressLine {
  private static final int BAR = 24;

  private ProgressLine() {}

  /** {@code epoch 2/4 batch 13/31 [######------] 42 % loss 1.203 accuracy 0.561 …}. */
  static String of(JsonNode job) {
    JsonNode progress = job.path("progress");
    int epochs = Math.max(1, progress.path("epochs").asInt(1));
    long batches = progress.path("iterations").asLong(0) / epochs;
    int epoch = Math.max(1, progress.path("epoch").asInt(1));
    long batch = Math.max(0, progress.path("iteration").asLong(0) - (epoch - 1) * batches);
    double fraction = progress.path("fraction").asDouble(0);
    StringBuilder line = new StringBuilder();
    line.append("epoch %d/%d  batch %d/%d  ".formatted(epoch, epochs, batch, batches));
    line.append(bar(fraction)).append(text("  %3.0f %%", fraction * 100));
    append(line, "  loss %.3f", progress.path("train_loss"));
    append(line, "  accuracy %.3f", progress.path("train_accuracy"));
    append(line, "  %.0f img/s", progress.path("images_per_second"));
    if (progress.path("eta_seconds").isNumber()) {
      line.append("  ").append(minutes(progress.get("eta_seconds").asLong())).append(" left");
    }
    return line.toString();
  }

  /** A completed epoch. */
  static String ofEpoch(JsonNode epoch, int epochs) {
    return text(
        "epoch %d/%d done: training loss %.3f, accuracy %.3f; test loss %.3f, accuracy %.3f;"
            + " %.0f s, %.0f img/s",
        epoch.path("epoch").asInt(),
        epochs,
        epoch.at("/train/cross_entropy").asDouble(),
        epoch.at("/train/accuracy").asDouble(),
        epoch.at("/test/loss").asDouble(),
        epoch.at("/test/accuracy").asDouble(),
        epoch.path("seconds").asDouble(),
        epoch.path("images_per_second").asDouble());
  }

  private static void append(StringBuilder line, String format, JsonNode number) {
    if (number.isNumber()) {
      line.append(text(format, number.doubleValue()));
    }
  }

  private static String bar(double fraction) {
    int done = (int) Math.round(Math.min(1, Math.max(0, fraction)) * BAR);
    return "[" + "#".repeat(done) + "-".repeat(BAR - done) + "]";
  }

  private static String minutes(long seconds) {
    Duration left = Duration.ofSeconds(Math.max(0, seconds));
    return "%d:%02d".formatted(left.toMinutes(), left.toSecondsPart());
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
