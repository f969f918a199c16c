package dev.resnet.jobs;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import java.util.Optional;

/** Checks, before a job is accepted, whether the requested engine can run on this machine. */
@FunctionalInterface
public interface EngineCheck {
  /** Why the engine can't run, as a sentence for the user; empty if it can. */
  Optional<String> refusal(EngineName engine, Precision precision);
}
