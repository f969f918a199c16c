package dev.resnet.housekeeping;

import dev.resnet.backup.Backups;
import dev.resnet.data.UnusedVersions;
import dev.resnet.jobs.EndedJobs;
import dev.resnet.models.ModelRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(HousekeepingProperties.class)
class HousekeepingConfiguration {

  @Bean
  Housekeeping housekeeping(
      HousekeepingProperties settings,
      EndedJobs jobs,
      ModelRegistry models,
      UnusedVersions datasets,
      Backups backups,
      DataSource database,
      MeterRegistry meters,
      @Value("${resnet.home}") String home) {
    Clock clock = Clock.systemUTC();
    JdbcClient jdbc = JdbcClient.create(database);
    var policies =
        new Policies(
            settings, jobs, models, datasets, Path.of(home).toAbsolutePath().normalize(), clock);
    return new Housekeeping(
        policies::due,
        () -> new Claim(jdbc, clock),
        settings,
        backups::deleteLeftovers,
        meters,
        clock);
  }

  @Bean
  HousekeepingEndpoint housekeepingEndpoint(Housekeeping housekeeping) {
    return new HousekeepingEndpoint(housekeeping);
  }

  @Bean
  HousekeepingSchedule housekeepingSchedule(
      Housekeeping housekeeping, HousekeepingProperties settings) {
    return new HousekeepingSchedule(housekeeping, settings);
  }
}
