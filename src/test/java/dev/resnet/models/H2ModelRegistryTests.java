package dev.resnet.models;

import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

public class H2ModelRegistryTests extends ModelRegistryContract {

  @Override
  public DataSource database() {
    var database = new JdbcDataSource();
    // In memory, with the settings of application.yaml.
    database.setURL(
        "jdbc:h2:mem:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1"
            .formatted(UUID.randomUUID()));
    database.setUser("sa");
    return database;
  }

  /** The embedded database allows one process with many threads. */
  @Override
  List<ModelRegistry> concurrentProcesses() {
    return List.of(registry());
  }
}
