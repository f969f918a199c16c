package dev.resnet.ops;

import dev.resnet.database.NewerSchemaException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.env.Environment;

/** Explains why the service can't start with its settings. */
final class StartFailureAnalyzer implements FailureAnalyzer {
  /** H2's DATABASE_ALREADY_OPEN_1; its class is not on the compile-time class path. */
  private static final int H2_ALREADY_OPEN = 90020;

  private final Environment environment;

  StartFailureAnalyzer(Environment environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof HomeUnusableException) {
        return new FailureAnalysis(
            cause.getMessage(),
            "Make it a folder that this user can write to, or set resnet.home (RESNET_HOME) to"
                + " another one.",
            failure);
      }
      if (cause instanceof NewerSchemaException) {
        return new FailureAnalysis(
            cause.getMessage(),
            "Start the version of resnet-service that migrated the database, or a newer one. To go"
                + " back, restore a backup of the older version; docs/upgrade-and-backup.md says"
                + " how.",
            failure);
      }
      if (cause instanceof UnknownSettingException) {
        return new FailureAnalysis(
            cause.getMessage(),
            "Correct or remove it: docs/configuration.md lists them all.",
            failure);
      }
      if (cause instanceof SQLException e && e.getErrorCode() == H2_ALREADY_OPEN) {
        return new FailureAnalysis(
            "Another resnet-service process uses this resnet.home: its database %s is locked."
                .formatted(environment.getProperty("resnet.home")),
            "Stop the other process, or set resnet.home (RESNET_HOME) to another folder. To"
                + " run several processes, set spring.datasource.url to a PostgreSQL database"
                + " that they share.",
            failure);
      }
    }
    return null;
  }
}
