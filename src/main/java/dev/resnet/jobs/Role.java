package dev.resnet.jobs;

import java.util.Locale;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** What this process does; the setting {@code resnet.role}. */
public enum Role {
  /** Everything, in one process. */
  ALL,
  /** Answers requests and queues jobs; other processes train. */
  API,
  /** Trains; over HTTP it serves only actuator. */
  WORKER;

  public static final String PROPERTY = "resnet.role";

  /**
   * The configured role.
   *
   * @throws BindException if the setting has another value; the message lists the valid ones
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

  /** The name used in settings. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
