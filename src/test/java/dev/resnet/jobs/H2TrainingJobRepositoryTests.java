package dev.resnet.jobs;

import com.zaxxer.hikari.HikariDataSource;

class H2TrainingJobRepositoryTests extends TrainingJobRepositoryContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.h2();
  }
}
