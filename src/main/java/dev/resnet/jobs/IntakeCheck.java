package dev.resnet.jobs;

import java.util.Optional;

/**
 * Decides whether this process may start jobs now. Every bean of this type is asked before each
 * job, and again every poll interval while one refuses.
 */
@FunctionalInterface
public interface IntakeCheck {
  /**
   * What jobs wait for and what to do, to follow "waiting for" in a message; empty if jobs may
   * start.
   */
  Optional<String> refusal();
}
