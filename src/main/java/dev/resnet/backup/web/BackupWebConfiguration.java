package dev.resnet.backup.web;

import dev.resnet.api.ProblemMapping;
import dev.resnet.backup.BackupInProgressException;
import dev.resnet.backup.IncompleteBackupException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;

@Configuration(proxyBeanMethods = false)
class BackupWebConfiguration {

  @Bean
  ProblemMapping<BackupInProgressException> backupInProgress() {
    return ProblemMapping.of(BackupInProgressException.class, HttpStatus.CONFLICT);
  }

  @Bean
  ProblemMapping<IncompleteBackupException> incompleteBackup() {
    return ProblemMapping.of(IncompleteBackupException.class, HttpStatus.CONFLICT);
  }
}
