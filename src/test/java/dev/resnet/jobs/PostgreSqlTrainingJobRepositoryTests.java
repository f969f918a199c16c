package dev.resnet.jobs;

import com.zaxxer.hikari.HikariDataSource;

class PostgreSqlTrainingJobRepositoryTests extends TrainingJobRepositoryContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.postgreSql();
  }
}
