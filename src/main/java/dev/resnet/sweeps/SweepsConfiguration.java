package dev.resnet.sweeps;

import dev.resnet.jobs.JobsProperties;
import dev.resnet.jobs.Role;
import dev.resnet.jobs.SweepJobs;
import dev.resnet.jobs.TrainingJobs;
import dev.resnet.models.ModelPromotion;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The module's beans. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SweepsProperties.class)
class SweepsConfiguration {

  @Bean
  SweepRows sweepRows(DataSource dataSource) {
    return new SweepRows(JdbcClient.create(dataSource), Clock.systemUTC());
  }

  @Bean
  Sweeps sweeps(
      SweepRows rows,
      TrainingJobs jobs,
      SweepJobs ofSweeps,
      ModelPromotion promotion,
      PlatformTransactionManager transactions) {
    return new Sweeps(rows, jobs, ofSweeps, promotion, new TransactionTemplate(transactions));
  }

  @Bean
  MedianStopping medianStopping(
      SweepRows rows,
      TrainingJobs jobs,
      SweepJobs ofSweeps,
      PlatformTransactionManager transactions,
      Role role,
      JobsProperties settings) {
    return new MedianStopping(
        rows,
        jobs,
        ofSweeps,
        new TransactionTemplate(transactions),
        role.trains(),
        settings.pollInterval());
  }
}
