package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.Precision;
import java.util.Optional;

/** The engines of this machine. */
final class LocalEngines implements EngineCheck {
  @Override
  public Optional<String> refusal(EngineName engine, Precision precision) {
    return Engines.refusal(engine, precision);
  }

  @Override
  public Optional<EngineDescription> choice(EngineName engine, Precision precision) {
    return Engines.choice(engine, precision);
  }
}
