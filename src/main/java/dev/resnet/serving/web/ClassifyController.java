package dev.resnet.serving.web;

import dev.resnet.api.ProblemException;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.UnknownModelException;
import dev.resnet.serving.CallerGoneException;
import dev.resnet.serving.Classification;
import dev.resnet.serving.Classifier;
import dev.resnet.serving.DefaultModel;
import dev.resnet.serving.Images;
import dev.resnet.serving.InferenceMetrics;
import dev.resnet.serving.InferenceMetrics.Outcome;
import dev.resnet.serving.Options;
import dev.resnet.serving.OverloadException;
import dev.resnet.serving.RegistryCache;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Classifies images. */
@RestController
@RequestMapping(path = "/api/v1", produces = "application/json")
@Tag(name = "Classification", description = "Classify images with trained models")
class ClassifyController {
  private final RegistryCache models;
  private final Classifier classifier;
  private final RequestImages images;
  private final InferenceMetrics metrics;

  ClassifyController(
      RegistryCache models, Classifier classifier, RequestImages images, InferenceMetrics metrics) {
    this.models = models;
    this.classifier = classifier;
    this.images = images;
    this.metrics = metrics;
  }

  @PostMapping("/models/{name}/classify")
  @Operation(
      summary = "Classify with a model",
      description =
          "Uses the version in production. While a newly promoted version is being"
              + " loaded, its predecessor is used.")
  @PicturesBody
  ClassifyResponse classify(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      HttpServletRequest request)
      throws IOException {
    return answer(() -> models.promoted(name), classifier::classifyWithPromoted, request);
  }

  @PostMapping("/models/{name}/versions/{version}/classify")
  @Operation(summary = "Classify with one version of a model")
  @PicturesBody
  ClassifyResponse classify(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version,
      HttpServletRequest request)
      throws IOException {
    return answer(() -> models.version(name, version), classifier::classify, request);
  }

  @PostMapping("/models/{name}/aliases/{alias}/classify")
  @Operation(
      summary = "Classify with an alias of a model",
      description =
          "Uses the version that the alias points to. While a version that it has just been pointed"
              + " to is being loaded, its predecessor is used.")
  @PicturesBody
  ClassifyResponse classify(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "production") @PathVariable("alias") String alias,
      HttpServletRequest request)
      throws IOException {
    return answer(() -> models.aliased(name, alias), with(alias), request);
  }

  @PostMapping("/classify")
  @Operation(
      summary = "Classify with the default model",
      description =
          "Uses the model of the setting resnet.serving.default-model. Without it: the version in"
              + " production that was promoted last, of any model.")
  @PicturesBody
  ClassifyResponse classify(HttpServletRequest request) throws IOException {
    DefaultModel model = models.defaultModel();
    return model == null
        ? answer(models::newestPromoted, classifier::classifyWithPromoted, request)
        : answer(() -> models.aliased(model.name(), model.alias()), with(model.alias()), request);
  }

  private Computation with(String alias) {
    return (version, images, options) ->
        classifier.classifyWithAlias(alias, version, images, options);
  }

  /** One of the classifier's methods. */
  @FunctionalInterface
  private interface Computation {
    Classification with(ModelVersion version, Images images, Options options);
  }

  private ClassifyResponse answer(
      Supplier<ModelVersion> find, Computation classify, HttpServletRequest request)
      throws IOException {
    Optional<String> name = Optional.empty();
    Outcome outcome = Outcome.FAILED;
    try {
      ModelVersion version = find.get();
      name = Optional.of(version.name());
      var query = ClassifyQuery.of(request, version.classes().size());
      Images pictures =
          images.read(request, version.shape(), query.resize() ? version.resize() : null);
      var response =
          ClassifyResponse.of(classify.with(version, pictures, query.options()), query.topK());
      outcome = Outcome.SUCCESS;
      return response;
    } catch (UnknownModelException | OverloadException | CallerGoneException e) {
      outcome = Outcome.REJECTED;
      throw e;
    } catch (ProblemException e) {
      outcome = e.status().is4xxClientError() ? Outcome.REJECTED : Outcome.FAILED;
      throw e;
    } finally {
      metrics.count(name, outcome);
    }
  }
}
