package dev.resnet.jobs;

import java.util.Optional;

/**
 * Whether jobs may be taken up in this process at this moment; asked before each, and again every
 * poll interval while one refuses. Every bean of this type is asked.
 */
@FunctionalInterface
public interface IntakeCheck {
  /**
   * What is missing and what to do, as part of a sentence for the user; empty where all is well.
   */
  Optional<String> refusal();
}
