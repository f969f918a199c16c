package dev.resnet.ops;

import dev.resnet.jobs.Role;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Logs one line with the service's URL, back-end, data directory and database. */
@Component
final class StartSummary {
  private static final Logger LOG = LoggerFactory.getLogger("resnet-service");

  private final EngineStart start;
  private final DataSource dataSource;
  private final ServiceUrl url;
  private final Role role;
  private final Path home;

  StartSummary(
      EngineStart start,
      DataSource dataSource,
      Environment environment,
      ServiceUrl url,
      @Value("${resnet.home}") Path home) {
    this.start = start;
    this.dataSource = dataSource;
    this.url = url;
    this.role = Role.of(environment);
    this.home = home.toAbsolutePath().normalize();
  }

  @EventListener(ApplicationReadyEvent.class)
  void log() throws SQLException {
    String at = url.url();
    String database = database();
    start
        .environment()
        .thenAccept(
            engine ->
                LOG.info(
                    "Ready at {}{} | role {} | back-end {} | home {} | database {}",
                    at,
                    role.servesApi() ? " (API at " + at + "/swagger-ui.html)" : "",
                    role.wireName(),
                    engine.summary(),
                    home,
                    database));
  }

  /** The database URL without its parameters, which may contain a password. */
  private String database() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      DatabaseMetaData metaData = connection.getMetaData();
      return "%s %s at %s"
          .formatted(
              metaData.getDatabaseProductName(),
              metaData.getDatabaseProductVersion(),
              metaData.getURL().replaceFirst("[?;].*", ""));
    }
  }
}
