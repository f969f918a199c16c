package dev.resnet.idempotency;

import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** The module's beans. */
@Configuration(proxyBeanMethods = false)
class IdempotencyConfiguration {

  @Bean
  IdempotentRequests idempotentRequests(
      DataSource dataSource, JsonMapper json, IdempotencyProperties settings) {
    return new IdempotentRequests(
        new KeyRepository(JdbcClient.create(dataSource)), json, settings, Clock.systemUTC());
  }
}
