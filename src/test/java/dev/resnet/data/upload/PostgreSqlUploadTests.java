package dev.resnet.data.upload;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.jobs.TestDatabase;

class PostgreSqlUploadTests extends UploadContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.postgreSql();
  }
}
