package dev.resnet.oip;

import dev.resnet.models.ModelListing;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.UnknownModelException;
import dev.resnet.pictures.ImageShape;
import dev.resnet.serving.Classifier;
import dev.resnet.serving.RegistryCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** The models that can be asked for, and what they take and return. */
@Component
public class ServedModels {
  private static final Logger log = LoggerFactory.getLogger(ServedModels.class);

  /** A property of a model, and a parameter of an answer: what it computes, or computed, in. */
  public static final String PRECISION = "precision";

  /** Most versions of a model to list, the newest. */
  static final int MOST_VERSIONS = 100;

  /** Names of models to read at once. */
  private static final int NAMES = 200;

  private final RegistryCache models;
  private final ModelListing listing;
  private final Classifier classifier;

  ServedModels(RegistryCache models, ModelRegistry registry, Classifier classifier) {
    this.models = models;
    this.classifier = classifier;
    this.listing = registry.listing();
  }

  /**
   * A tensor of a model.
   *
   * @param shape -1 for the number of images
   */
  public record Tensor(String name, String datatype, List<Integer> shape) {}

  /**
   * @param versions that can be asked for, in ascending order
   * @param properties {@link #PRECISION}, if the version is in memory
   */
  public record Metadata(
      String name,
      List<String> versions,
      String platform,
      List<Tensor> inputs,
      List<Tensor> outputs,
      Map<String, String> properties) {}

  /** A version in the index of all models. */
  public record Entry(String name, String version, String state, String reason) {}

  /**
   * The version that answers.
   *
   * @param number empty for the version in production
   * @throws UnknownModelException if there is none
   */
  public ModelVersion find(String model, Optional<Integer> number) {
    return number.isPresent() ? models.version(model, number.get()) : models.promoted(model);
  }

  /**
   * @param number empty for the version in production
   * @throws UnknownModelException if there is none
   */
  public Metadata metadata(String model, Optional<Integer> number) {
    ModelVersion version = find(model, number);
    int size = version.shape().size();
    int classes = version.classes().size();
    return new Metadata(
        version.name(),
        number.isPresent() ? List.of(String.valueOf(number.get())) : versions(version),
        "deeplearning4j_zip",
        List.of(
            new Tensor(
                ImageInput.NAME,
                Datatype.UINT8.name(),
                List.of(-1, size, size, ImageShape.CHANNELS))),
        List.of(
            new Tensor(RequestedOutput.PROBABILITIES, "FP32", List.of(-1, classes)),
            new Tensor(RequestedOutput.LABEL, "BYTES", List.of(-1))),
        classifier
            .precision(version)
            .map(precision -> Map.of(PRECISION, precision))
            .orElse(Map.of()));
  }

  private List<String> versions(ModelVersion promoted) {
    try {
      return listing.versions(promoted.name(), "version", false, MOST_VERSIONS, 0).stream()
          .map(ModelVersion::version)
          .sorted()
          .map(String::valueOf)
          .toList();
    } catch (DataAccessException e) {
      // The version in production can still be used.
      log.debug("The versions of {} can't be listed", promoted.name(), e);
      return List.of(String.valueOf(promoted.version()));
    }
  }

  /** All models with their newest versions. Each can be asked for: it is loaded when it is. */
  public List<Entry> index() {
    var entries = new ArrayList<Entry>();
    for (long from = 0; ; from += NAMES) {
      List<String> names = listing.namesWithVersions(true, NAMES, from);
      var newest = listing.newest(names, MOST_VERSIONS);
      for (String name : names) {
        var found = newest.get(name);
        if (found != null) { // it may have been deleted in between
          found.versions().stream()
              .map(ModelVersion::version)
              .sorted()
              .forEach(
                  version -> entries.add(new Entry(name, String.valueOf(version), "READY", "")));
        }
      }
      if (names.size() < NAMES) {
        return entries;
      }
    }
  }
}
