package dev.resnet.oip;

import dev.resnet.memory.MemoryBudget;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.UnknownModelException;
import dev.resnet.serving.CallerGoneException;
import dev.resnet.serving.Classification;
import dev.resnet.serving.Classifier;
import dev.resnet.serving.InferenceMetrics;
import dev.resnet.serving.InferenceMetrics.Outcome;
import dev.resnet.serving.OverloadException;
import dev.resnet.serving.PicturesMemory;
import dev.resnet.serving.RegistryCache;
import dev.resnet.serving.ServingProperties;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/** Answers a request for an inference, whatever its transport. */
@Component
public class Inference {
  private final RegistryCache models;
  private final Classifier classifier;
  private final InferenceMetrics metrics;
  private final ServingProperties limits;
  private final MemoryBudget memory;

  Inference(
      RegistryCache models,
      Classifier classifier,
      InferenceMetrics metrics,
      ServingProperties limits,
      PicturesMemory memory) {
    this.models = models;
    this.classifier = classifier;
    this.metrics = metrics;
    this.limits = limits;
    this.memory = memory.tensors();
  }

  /** Reads a request, which may depend on the model. */
  @FunctionalInterface
  public interface Reader {
    InferenceRequest read(ImageInput input) throws IOException;
  }

  /**
   * @param number of the version; empty for the one in production
   * @param rejected whether an exception of the reader is the client's fault, for the metrics
   * @param answer makes the response, while the memory of the request is still reserved
   * @throws UnknownModelException if there is no such version
   * @throws InvalidInferenceException if the request is wrong
   * @throws InferenceTooLargeException if it is over a limit
   */
  public <T> T infer(
      String model,
      Optional<Integer> number,
      Reader reader,
      Predicate<RuntimeException> rejected,
      Function<InferenceAnswer, T> answer)
      throws IOException {
    Optional<String> name = Optional.empty();
    Outcome outcome = Outcome.FAILED;
    try (var hold = memory.hold(0)) {
      ModelVersion version =
          number.isPresent() ? models.version(model, number.get()) : models.promoted(model);
      name = Optional.of(version.name());
      InferenceRequest request = reader.read(new ImageInput(version.shape(), limits, memory, hold));
      RequestedOutput.check(request.outputs(), version.classes().size());
      Classification computed =
          number.isPresent()
              ? classifier.classify(version, request.images())
              : classifier.classifyWithPromoted(version, request.images());
      T made =
          answer.apply(
              new InferenceAnswer(
                  computed.version(),
                  computed.precision().wireName(),
                  request.id(),
                  request.outputs().stream()
                      .map(output -> OutputTensor.of(output, computed))
                      .toList()));
      outcome = Outcome.SUCCESS;
      return made;
    } catch (UnknownModelException
        | InvalidInferenceException
        | InferenceTooLargeException
        | OverloadException
        | CallerGoneException e) {
      outcome = Outcome.REJECTED;
      throw e;
    } catch (RuntimeException e) {
      outcome = rejected.test(e) ? Outcome.REJECTED : Outcome.FAILED;
      throw e;
    } finally {
      metrics.count(name, outcome);
    }
  }
}
