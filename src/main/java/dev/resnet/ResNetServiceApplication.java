package dev.resnet;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The service. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class ResNetServiceApplication {
  public static void main(String[] args) {
    SpringApplication.run(ResNetServiceApplication.class, args);
  }
}
