package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import java.util.Optional;

/** Checks, before a job is accepted, whether the requested engine can run on this machine. */
@FunctionalInterface
public interface EngineCheck {
  /** Why the engine can't run, as a sentence for the user; empty if it can. */
  Optional<String> refusal(EngineName engine, Precision precision);

  /** What would be chosen here; empty if nothing can run it, or another process decides. */
  default Optional<EngineDescription> choice(EngineName engine, Precision precision) {
    return Optional.empty();
  }
}
