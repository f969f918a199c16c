package dev.resnet.serving;

import dev.resnet.engine.Turns;
import dev.resnet.memory.MemoryBudget;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Decides which classification is computed now, which one waits, and which one is refused. All ways
 * into the service pass here ({@link Classifier}).
 *
 * <p>Requests of up to {@link #SMALL} images and larger ones have a queue each. Chunks of all
 * requests that are computed take turns, so a large one does not hold up a small one there; in one
 * queue it would, since a small request would wait until a large one has ended.
 */
final class Admission {
  /** Images that take some milliseconds: a request that others can wait for. */
  static final int SMALL = 16;

  private final Queue small;
  private final Queue large;

  Admission(ServingProperties settings, MeterRegistry meters, LongSupplier nanoTime) {
    small = new Queue("small", settings, meters, nanoTime);
    large = new Queue("large", settings, meters, nanoTime);
  }

  /**
   * Decodes and computes once it is the request's turn.
   *
   * @throws OverloadException if too many requests wait, or if this one waited for too long
   * @throws dev.resnet.memory.BusyException if there is no memory to decode the images
   * @throws CallerGoneException if nobody waits for the answer any more
   */
  <T> T admit(Images images, Function<Images, T> compute) {
    Queue queue = images.count() <= SMALL ? small : large;
    queue.enter(Caller.current());
    try {
      // The time of the place, with all waits: so long those that queue up wait for it.
      return queue.timed(() -> inTurn(images, compute));
    } finally {
      queue.leave();
    }
  }

  /** Memory before the turn: a training must not pause while a request waits. */
  private static <T> T inTurn(Images images, Function<Images, T> compute) {
    try (MemoryBudget.Hold memory = images.reserved()) {
      // For the whole request: under load, reading and answering others takes time from a training
      // as well, and goes on as long as there is one after another.
      Turns.SHARED.beginClassification();
      try {
        return compute.apply(images.decoded());
      } finally {
        Turns.SHARED.endClassification();
      }
    }
  }
}
