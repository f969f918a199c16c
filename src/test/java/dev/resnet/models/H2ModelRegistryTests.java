package dev.resnet.models;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.database.InMemoryH2;
import dev.resnet.models.ModelRegistryFixture.Databases;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Nested;

class H2ModelRegistryTests {
  private static final Databases H2 =
      new Databases() {
        @Override
        public HikariDataSource empty() {
          var database = new HikariDataSource();
          database.setDataSource(InMemoryH2.emptyDatabase());
          return database;
        }

        @Override
        public HikariDataSource migrated() {
          HikariDataSource database = empty();
          Flyway.configure().dataSource(database).load().migrate();
          return database;
        }

        /** The embedded database allows one process with many threads. */
        @Override
        public int processes() {
          return 1;
        }
      };

  @Nested
  class Registration extends RegistrationContract {
    Registration() {
      super(H2);
    }
  }

  @Nested
  class Promotion extends PromotionContract {
    Promotion() {
      super(H2);
    }
  }

  @Nested
  class Versions extends VersionsContract {
    Versions() {
      super(H2);
    }
  }
}
