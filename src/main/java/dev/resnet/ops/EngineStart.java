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
 * Loads the native libraries in the background. That takes seconds, and neither requests nor the
 * start of the service should wait for it.
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
   * @param unusable why the engines are unusable at present; empty if they are usable
   */
  EngineStart(Supplier<Optional<String>> unusable, Duration betweenLooks) {
    this.unusable = unusable;
    this.betweenLooks = betweenLooks;
    Thread thread = new Thread(this::load, "engine-start");
    thread.setDaemon(true);
    thread.start();
  }

  /** Completes with the environment, or exceptionally with the reason why no engine can run. */
  CompletableFuture<EngineEnvironment> environment() {
    return environment.copy();
  }

  /** Why the engines are unusable at present; empty if they are usable or still loading. */
  Optional<String> problem() {
    return Optional.ofNullable(problem).or(Engines::lost);
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

  /** Waits until a full disk has space again; until then health shows the problem. */
  private void awaitUsable() throws InterruptedException {
    Optional<String> reason = unusable.get();
    while (reason.isPresent()) {
      if (!reason.get().equals(problem)) {
        LOG.error("The engines can't run. {}", reason.get());
      }
      problem = reason.get();
      Thread.sleep(betweenLooks.toMillis());
      reason = unusable.get();
    }
    problem = null;
  }
}
