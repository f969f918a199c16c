package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Conversions between columns and values. */
final class JobRows {
  private JobRows() {}

  static TrainingJob job(ResultSet row) throws SQLException {
    return new TrainingJob(
        row.getString("id"),
        row.getString("name"),
        row.getString("model"),
        JobStatus.valueOf(row.getString("status")),
        ConfigJson.read(row.getString("config")),
        row.getString("dataset_version"),
        row.getLong("parameters"),
        engine(row),
        new JobProgress(
            row.getInt("epoch"),
            row.getLong("iteration"),
            row.getLong("iterations"),
            row.getObject("train_loss", Double.class),
            row.getObject("train_accuracy", Double.class),
            row.getObject("images_per_second", Double.class)),
        row.getInt("attempt"),
        row.getInt("crashes"),
        new Retry(
            row.getInt("retries"), row.getString("last_error"), instant(row, "next_attempt_at")),
        row.getString("held_for"),
        requested(row),
        row.getString("error"),
        row.getObject("model_version", Integer.class),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row, "started_at"),
        instant(row, "finished_at"),
        Promote.of(row.getString("promote")),
        promotion(row),
        row.getInt("priority"),
        row.getString("sweep_id"),
        row.getString("stop_reason"));
  }

  private static @Nullable EngineDescription engine(ResultSet row) throws SQLException {
    String engine = row.getString("engine");
    return engine == null
        ? null
        : new EngineDescription(
            EngineName.of(engine),
            Precision.of(row.getString("engine_precision")),
            row.getString("engine_device"),
            row.getString("engine_reason"));
  }

  static @Nullable StopRequest requested(ResultSet row) throws SQLException {
    String requested = row.getString("requested");
    return requested == null ? null : StopRequest.valueOf(requested);
  }

  private static @Nullable Promotion promotion(ResultSet row) throws SQLException {
    String reason = row.getString("promotion_reason");
    return reason == null ? null : new Promotion(row.getBoolean("promoted"), reason);
  }

  static EpochMetrics epoch(ResultSet row) throws SQLException {
    return new EpochMetrics(
        row.getInt("epoch"),
        row.getDouble("learning_rate"),
        row.getDouble("train_cross_entropy"),
        row.getDouble("l2_loss"),
        row.getDouble("train_accuracy"),
        row.getDouble("test_loss"),
        row.getDouble("test_accuracy"),
        row.getDouble("seconds"),
        row.getDouble("images_per_second"),
        row.getObject("finished_at", OffsetDateTime.class).toInstant(),
        validation(row));
  }

  private static EpochMetrics.@Nullable Validation validation(ResultSet row) throws SQLException {
    Double loss = row.getObject("validation_loss", Double.class);
    return loss == null
        ? null
        : new EpochMetrics.Validation(loss, row.getDouble("validation_accuracy"));
  }

  static CheckpointFile checkpoint(ResultSet row, Path folder) throws SQLException {
    return new CheckpointFile(
        row.getInt("epoch"),
        folder.resolve(row.getString("file")),
        row.getLong("size"),
        row.getString("sha256"),
        row.getDouble("test_accuracy"));
  }

  static CheckpointFile partialCheckpoint(ResultSet row, Path folder) throws SQLException {
    return new CheckpointFile(
        row.getInt("epoch"),
        row.getInt("step"),
        folder.resolve(row.getString("file")),
        row.getLong("size"),
        row.getString("sha256"),
        row.getDouble("test_accuracy"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /** The type that both databases accept for a timestamp with time zone. */
  static @Nullable OffsetDateTime column(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
