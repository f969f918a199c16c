package dev.resnet.jobs;

import com.zaxxer.hikari.HikariDataSource;

class PostgreSqlEpochRepositoryTests extends EpochRepositoryContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.postgreSql();
  }
}
