package dev.resnet.ops;

import java.util.concurrent.CompletableFuture;
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

  private final CompletableFuture<EngineEnvironment> environment = new CompletableFuture<>();

  EngineStart() {
    Thread thread = new Thread(this::load, "engine-start");
    thread.setDaemon(true);
    thread.start();
  }

  /** Completes with what was found, or exceptionally with what prevents all numerical work. */
  CompletableFuture<EngineEnvironment> environment() {
    return environment.copy();
  }

  private void load() {
    try {
      environment.complete(EngineEnvironment.detect());
    } catch (Throwable e) { // a missing native library is an Error
      LOG.error(
          "The numerical libraries can't be loaded. Is this jar built for this platform ({} {})?",
          System.getProperty("os.name"),
          System.getProperty("os.arch"),
          e);
      environment.completeExceptionally(e);
    }
  }
}
