package dev.resnet.jobs;

import java.util.Locale;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Which part of the work this process does, {@code resnet.role}. */
public enum Role {
  /** Everything: the service as one process. */
  ALL,
  /** Answers requests and queues jobs; other processes train. */
  API,
  /** Trains, and answers nothing but actuator. */
  WORKER;

  public static final String PROPERTY = "resnet.role";

  /**
   * The role that the settings give.
   *
   * @throws BindException where it is none of these; it names them
   */
  public static Role of(Environment environment) {
    return Binder.get(environment).bind(PROPERTY, Role.class).orElse(ALL);
  }

  public boolean trains() {
    return this != API;
  }

  public boolean servesApi() {
    return this != WORKER;
  }

  /** As it is written in settings. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
