package dev.resnet.training.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The entry {@code training.json} of a checkpoint.
 *
 * @param partial null at the end of an epoch
 */
record StateEntry(TrainingState state, @Nullable PartialEpoch partial) {
  static final String NAME = "training.json";

  private static final String PARTIAL = "partialEpoch";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  /** The bytes of the entry. The format of the state says whether it has a partial epoch. */
  static byte[] json(TrainingState state, @Nullable PartialEpoch partial) {
    if (state.format() != format(partial)) {
      throw new IllegalArgumentException("not the format of this state: " + state.format());
    }
    if (partial == null) {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(state);
    }
    ObjectNode json = JSON.valueToTree(state);
    json.set(PARTIAL, JSON.valueToTree(partial));
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
  }

  static int format(@Nullable PartialEpoch partial) {
    return partial == null ? TrainingState.FORMAT : TrainingState.FORMAT_WITHIN_EPOCH;
  }

  /**
   * Reads it.
   *
   * @throws UnusableCheckpointException if there is none that this version can read
   */
  static StateEntry read(Path file) throws IOException {
    try (var zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(NAME);
      if (entry == null) {
        throw new UnusableCheckpointException(
            file + " has no " + NAME + ": it is not a checkpoint of this service");
      }
      try (var in = zip.getInputStream(entry)) {
        return read(file, JSON.readTree(in));
      }
    } catch (ZipException e) {
      throw new UnusableCheckpointException(file + " is not a zip file", e);
    } catch (JacksonException e) {
      throw new UnusableCheckpointException(
          "%s in %s is damaged: %s".formatted(NAME, file, e.getOriginalMessage()), e);
    }
  }

  private static StateEntry read(Path file, JsonNode json) throws UnusableCheckpointException {
    int format = json.path("format").asInt(0);
    if (format != TrainingState.FORMAT && format != TrainingState.FORMAT_WITHIN_EPOCH) {
      // Check the format before the fields: another format may have other field names.
      throw new UnusableCheckpointException(
          "%s has format %d; this version of the service reads the formats %d and %d"
              .formatted(file, format, TrainingState.FORMAT, TrainingState.FORMAT_WITHIN_EPOCH));
    }
    if (json instanceof ObjectNode fields && !fields.has("validation")) {
      fields.putArray("validation"); // written before there were validation images
    }
    TrainingState state = JSON.treeToValue(json, TrainingState.class);
    return new StateEntry(
        state, format == TrainingState.FORMAT ? null : partial(file, json.path(PARTIAL)));
  }

  private static PartialEpoch partial(Path file, JsonNode json) throws UnusableCheckpointException {
    PartialEpoch partial = json.isObject() ? JSON.treeToValue(json, PartialEpoch.class) : null;
    if (partial == null || partial.steps() < 1) {
      throw new UnusableCheckpointException(
          "%s in %s is damaged: it has no %s".formatted(NAME, file, PARTIAL));
    }
    return partial;
  }
}
