package dev.resnet.demo;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.env.Environment;

/** Starts the demo once the service is running; only in the profile {@code demo}. */
@Configuration(proxyBeanMethods = false)
@Profile("demo")
@EnableConfigurationProperties(DemoProperties.class)
class DemoConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(DemoConfiguration.class);

  @Bean
  ApplicationListener<ApplicationReadyEvent> demo(
      DemoProperties properties, Environment environment) {
    return event -> {
      Terminal terminal = Terminal.standardOutput(System.getenv());
      Demo demo = new Demo(new ServiceClient(url(environment)), terminal, properties);
      Thread thread = new Thread(() -> run(demo), "demo");
      thread.setDaemon(true);
      thread.start();
    };
  }

  private static String url(Environment environment) {
    return "http://localhost:"
        + environment.getProperty("local.server.port", "8080")
        + environment.getProperty("server.servlet.context-path", "");
  }

  private static void run(Demo demo) {
    try {
      demo.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the service is shutting down
    } catch (RuntimeException e) {
      LOG.error("The demo failed; the service keeps running.", e);
    }
  }
}
