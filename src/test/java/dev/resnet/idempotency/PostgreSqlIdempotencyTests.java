package dev.resnet.idempotency;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.jobs.TestDatabase;

class PostgreSqlIdempotencyTests extends IdempotencyContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.postgreSql();
  }
}
