package dev.resnet.data.upload;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.jobs.TestDatabase;

class PostgreSqlDatasetLifeTests extends DatasetLifeContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.postgreSql();
  }
}
