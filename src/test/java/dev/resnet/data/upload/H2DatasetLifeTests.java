package dev.resnet.data.upload;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.jobs.TestDatabase;

class H2DatasetLifeTests extends DatasetLifeContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.h2();
  }
}
