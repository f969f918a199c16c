package dev.resnet.sweeps;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.jobs.TestDatabase;

class H2SweepsTests extends SweepsContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.h2();
  }
}
