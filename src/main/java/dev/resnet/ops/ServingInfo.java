package dev.resnet.ops;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.jobs.Role;
import dev.resnet.serving.Classifier;
import dev.resnet.serving.ServingProperties;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * The {@code serving} part of {@code /actuator/info}: the precision that was asked for, what it is
 * on this machine, and the versions in memory with theirs.
 */
@Component
final class ServingInfo implements InfoContributor {
  private final EngineStart start;
  private final ServingProperties settings;
  private final Classifier classifier;
  private final boolean serves;

  ServingInfo(
      EngineStart start,
      ServingProperties settings,
      Classifier classifier,
      Environment environment) {
    this.start = start;
    this.settings = settings;
    this.classifier = classifier;
    this.serves = Role.of(environment) != Role.WORKER;
  }

  @Override
  public void contribute(Info.Builder builder) {
    if (!serves) {
      return;
    }
    Map<String, Object> serving = new LinkedHashMap<>();
    serving.put("requested_precision", settings.precision().wireName());
    // Before the libraries are loaded, asking would take seconds.
    if (start.problem().isEmpty() && start.environment().isDone()) {
      Engines.choice(EngineName.AUTO, settings.precision())
          .map(EngineDescription::precision)
          .ifPresent(precision -> serving.put("precision", precision.wireName()));
    }
    Map<String, String> loaded = new TreeMap<>();
    classifier
        .precisions()
        .forEach((version, precision) -> loaded.put(version.label(), precision.wireName()));
    serving.put("loaded", loaded);
    builder.withDetail("serving", serving);
  }
}
