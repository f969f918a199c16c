package dev.resnet.ops;

import dev.resnet.engine.Engines;
import dev.resnet.engine.NativeLibraries;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Loads the numerical libraries in the background: that takes seconds, which no request should wait
 * for and the start of the service need not.
 */
@Component
final class EngineStart {
  private static final Logger LOG = LoggerFactory.getLogger(EngineStart.class);

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private final Supplier<Optional<String>> unusable;
  private final Duration betweenLooks;
  private volatile @Nullable String problem;
  private final CompletableFuture<EngineEnvironment> environment = new CompletableFuture<>();

  EngineStart() {
    this(Engines::unusable, BETWEEN_LOOKS);
  }

  /**
   * @param unusable why nothing can be computed at present
   */
  EngineStart(Supplier<Optional<String>> unusable, Duration betweenLooks) {
    this.unusable = unusable;
    this.betweenLooks = betweenLooks;
    Thread thread = new Thread(this::load, "engine-start");
    thread.setDaemon(true);
    thread.start();
  }

  /** Completes with what was found, or exceptionally with what prevents all numerical work. */
  CompletableFuture<EngineEnvironment> environment() {
    return environment.copy();
  }

  /** Why nothing can be computed at present; empty where something can, or before it is known. */
  Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  private void load() {
    try {
      awaitUsable();
      environment.complete(EngineEnvironment.detect());
    } catch (InterruptedException e) {
      environment.completeExceptionally(e);
    } catch (Throwable e) { // a missing native library is an Error
      problem = NativeLibraries.explain("A native library", e);
      LOG.error("{}", problem, e);
      environment.completeExceptionally(e);
    }
  }

  /** A full volume may get room again; until then health says what is wrong. */
  private void awaitUsable() throws InterruptedException {
    Optional<String> reason = unusable.get();
    while (reason.isPresent()) {
      if (!reason.get().equals(problem)) {
        LOG.error("Nothing can be computed. {}", reason.get());
      }
      problem = reason.get();
      Thread.sleep(betweenLooks.toMillis());
      reason = unusable.get();
    }
    problem = null;
  }
}
