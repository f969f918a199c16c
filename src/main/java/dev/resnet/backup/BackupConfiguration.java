package dev.resnet.backup;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class BackupConfiguration {

  @Bean
  Backups backups(
      DataSource database,
      @Value("${resnet.home}") String home,
      ObjectProvider<BuildProperties> build) {
    String version =
        Optional.ofNullable(build.getIfAvailable())
            .map(BuildProperties::getVersion)
            .orElse("(not packaged)");
    // Not injected as a Path: Spring would look for a relative one on the class path first.
    var backups =
        new Backups(
            database, Path.of(home).toAbsolutePath().normalize(), version, Clock.systemUTC());
    backups.deleteLeftovers();
    return backups;
  }
}
