package dev.resnet.data.upload;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.jobs.TestDatabase;

class H2UploadTests extends UploadContract {
  @Override
  HikariDataSource database() {
    return TestDatabase.h2();
  }
}
