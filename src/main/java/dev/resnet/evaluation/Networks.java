package dev.resnet.evaluation;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.EngineUnavailableException;
import dev.resnet.engine.Engines;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.OpenMp;
import dev.resnet.engine.OwningEngine;
import dev.resnet.engine.Precision;
import dev.resnet.files.Sha256;
import dev.resnet.models.ModelVersion;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Opens the networks of versions, in an engine for the one evaluation. */
final class Networks {
  private final Path models;
  private final EngineName engine;

  /**
   * @param engine {@code auto}: the fastest one
   */
  Networks(Path models, EngineName engine) {
    this.models = models;
    this.engine = engine;
  }

  /** A network that can classify. */
  record Opened(EngineDescription description, InferenceEngine engine) implements AutoCloseable {
    @Override
    public void close() {
      engine.close();
    }
  }

  /**
   * Loads a version, in the precision of its training where this machine has that, so that the
   * result is the one that the training measured.
   *
   * @throws EvaluationException if it can't be loaded
   */
  Opened open(ModelVersion version) {
    Path file = models.resolve(version.file());
    try {
      if (!Sha256.of(file).equals(version.sha256())) {
        throw unavailable(version, "is damaged: its SHA-256 differs from the registered one", null);
      }
      return OpenMp.withThreads(1, () -> open(version, file));
    } catch (NoSuchFileException e) {
      throw unavailable(version, "is missing", e);
    } catch (EngineUnavailableException e) {
      throw new EvaluationException(EvaluationException.Reason.UNAVAILABLE, "" + e.getMessage(), e);
    } catch (EvaluationException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The libraries' messages contain paths of this machine, so they go to the log only.
      throw unavailable(version, "can't be loaded; the service's log has the cause", e);
    }
  }

  private Opened open(ModelVersion version, Path file) throws IOException {
    Precision precision = precision(version);
    var chosen = new AtomicReference<EngineDescription>();
    InferenceEngine opened =
        OwningEngine.load(
            file,
            graph -> {
              chosen.set(Engines.inferenceChoice(engine, precision, graph, version.shape()));
              return Engines.inference(engine, precision, graph, version.shape());
            });
    return new Opened(chosen.get(), opened);
  }

  private Precision precision(ModelVersion version) {
    ModelVersion.Training training = version.training();
    if (training != null) {
      Precision trained = Precision.of(training.precision());
      if (Engines.refusal(engine, trained).isEmpty()) {
        return trained;
      }
    }
    return Precision.AUTO;
  }

  private static EvaluationException unavailable(
      ModelVersion version, String what, @Nullable Throwable cause) {
    String message =
        "The file of %s %s. Restore it from a backup, use another version or train again."
            .formatted(version.label(), what);
    return cause == null
        ? new EvaluationException(EvaluationException.Reason.UNAVAILABLE, message)
        : new EvaluationException(EvaluationException.Reason.UNAVAILABLE, message, cause);
  }
}
