package dev.resnet.jobs;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import java.util.Optional;

/** Whether a requested engine can run on this machine; asked before a job is accepted. */
@FunctionalInterface
public interface EngineCheck {
  /** Why it can't, as a sentence for the user; empty where it can. */
  Optional<String> refusal(EngineName engine, Precision precision);
}
