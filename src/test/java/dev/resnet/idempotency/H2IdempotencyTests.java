package dev.resnet.idempotency;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.jobs.TestDatabase;

class H2IdempotencyTests extends IdempotencyContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.h2();
  }
}
