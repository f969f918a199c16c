package dev.resnet.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.resnet.training.LearningRate;
import dev.resnet.training.StartFrom;
import dev.resnet.training.TrainingConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Every resolved hyperparameter, under its API name; used in responses and in the job's row. */
public final class ConfigJson {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          // Rows of earlier versions lack newer fields; a number is then 0, which means "off".
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enumNamingStrategy(EnumNamingStrategies.SNAKE_CASE)
          .addMixIn(LearningRate.class, Schedules.class)
          .addMixIn(StartFrom.class, WithoutNulls.class)
          .build();

  /** Mixed in, since training knows no JSON. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "schedule")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = LearningRate.Piecewise.class, name = "piecewise"),
    @JsonSubTypes.Type(value = LearningRate.Cosine.class, name = "cosine"),
    @JsonSubTypes.Type(value = LearningRate.OneCycle.class, name = "one_cycle"),
    @JsonSubTypes.Type(value = LearningRate.Constant.class, name = "constant")
  })
  private interface Schedules {}

  /** Weights are a model's or a job's: the fields of the other are left out. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private interface WithoutNulls {}

  private ConfigJson() {}

  /** The fields in the order in which they are documented. */
  public static Map<String, @Nullable Object> fields(TrainingConfig config) {
    return JSON.convertValue(config, new TypeReference<Map<String, @Nullable Object>>() {});
  }

  static String write(TrainingConfig config) {
    return JSON.writeValueAsString(config);
  }

  static TrainingConfig read(String json) {
    return JSON.readValue(json, TrainingConfig.class);
  }
}
