package dev.resnet.jobs;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.Augmentation;
import dev.resnet.training.LearningRate;
import dev.resnet.training.TrainingConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every resolved hyperparameter, under the names that clients write: in answers and in the row. */
public final class ConfigJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ConfigJson() {}

  /** The fields in the order of the documentation. */
  public static Map<String, @Nullable Object> fields(TrainingConfig config) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("stack_n", config.stackN());
    fields.put("dataset", config.dataset());
    fields.put("epochs", config.epochs());
    fields.put("batch_size", config.batchSize());
    fields.put("learning_rate", learningRate(config.learningRate()));
    fields.put("momentum", config.momentum());
    fields.put("weight_decay", config.weightDecay());
    Map<String, @Nullable Object> augmentation = new LinkedHashMap<>();
    augmentation.put("crop_padding", config.augmentation().cropPadding());
    augmentation.put("horizontal_flip", config.augmentation().horizontalFlip());
    fields.put("augmentation", augmentation);
    fields.put("engine", config.engine().wireName());
    fields.put("precision", config.precision().wireName());
    fields.put("seed", config.seed());
    fields.put("train_limit", config.trainLimit());
    fields.put("test_limit", config.testLimit());
    return fields;
  }

  private static Map<String, @Nullable Object> learningRate(LearningRate rate) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("schedule", rate.schedule());
    if (rate instanceof LearningRate.Piecewise piecewise) {
      fields.put("values", piecewise.values());
      fields.put("boundaries", piecewise.boundaries());
    } else if (rate instanceof LearningRate.Cosine cosine) {
      fields.put("peak", cosine.peak());
      fields.put("warmup_epochs", cosine.warmupEpochs());
    } else if (rate instanceof LearningRate.OneCycle oneCycle) {
      fields.put("peak", oneCycle.peak());
      fields.put("warmup_epochs", oneCycle.warmupEpochs());
    } else if (rate instanceof LearningRate.Constant constant) {
      fields.put("value", constant.value());
    }
    return fields;
  }

  static String write(TrainingConfig config) {
    return JSON.writeValueAsString(fields(config));
  }

  static TrainingConfig read(String json) {
    JsonNode node = JSON.readTree(json);
    JsonNode augmentation = node.required("augmentation");
    return new TrainingConfig(
        node.required("stack_n").intValue(),
        node.required("dataset").stringValue(),
        node.required("epochs").intValue(),
        node.required("batch_size").intValue(),
        learningRate(node.required("learning_rate")),
        node.required("momentum").doubleValue(),
        node.required("weight_decay").doubleValue(),
        new Augmentation(
            augmentation.required("crop_padding").intValue(),
            augmentation.required("horizontal_flip").booleanValue()),
        EngineName.of(node.required("engine").stringValue()),
        Precision.of(node.required("precision").stringValue()),
        node.required("seed").longValue(),
        limit(node.required("train_limit")),
        limit(node.required("test_limit")));
  }

  private static LearningRate learningRate(JsonNode rate) {
    String schedule = rate.required("schedule").stringValue();
    return switch (schedule) {
      case "piecewise" ->
          new LearningRate.Piecewise(
              rate.required("values").valueStream().map(JsonNode::doubleValue).toList(),
              rate.required("boundaries").valueStream().map(JsonNode::intValue).toList());
      case "cosine" ->
          new LearningRate.Cosine(
              rate.required("peak").doubleValue(), rate.required("warmup_epochs").doubleValue());
      case "one_cycle" ->
          new LearningRate.OneCycle(
              rate.required("peak").doubleValue(), rate.required("warmup_epochs").doubleValue());
      case "constant" -> new LearningRate.Constant(rate.required("value").doubleValue());
      default -> throw new IllegalStateException("a job's row has the schedule " + schedule);
    };
  }

  private static @Nullable Integer limit(JsonNode limit) {
    return limit.isNull() ? null : limit.intValue();
  }
}
