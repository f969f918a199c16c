package dev.resnet.ops;

import dev.resnet.jobs.Role;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** The {@code role} part of {@code /actuator/info}. */
@Component
final class RoleInfo implements InfoContributor {
  private final Role role;

  RoleInfo(Environment environment) {
    role = Role.of(environment);
  }

  @Override
  public void contribute(Info.Builder builder) {
    builder.withDetail("role", role.wireName());
  }
}
