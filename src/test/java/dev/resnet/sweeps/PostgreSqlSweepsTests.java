package dev.resnet.sweeps;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.jobs.TestDatabase;

class PostgreSqlSweepsTests extends SweepsContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.postgreSql();
  }
}
