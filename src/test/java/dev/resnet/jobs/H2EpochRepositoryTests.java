package dev.resnet.jobs;

import com.zaxxer.hikari.HikariDataSource;

class H2EpochRepositoryTests extends EpochRepositoryContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.h2();
  }
}
