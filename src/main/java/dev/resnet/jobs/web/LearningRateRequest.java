package dev.resnet.jobs.web;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.resnet.api.Problems;
import dev.resnet.training.LearningRate;
import io.swagger.v3.oas.annotations.media.DiscriminatorMapping;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The field {@code learning_rate}: one of four schedules, each with its own fields. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "schedule")
@Schema(
    name = "LearningRate",
    description = "Default: the recipe's schedule, scaled to the number of epochs.",
    discriminatorProperty = "schedule",
    oneOf = {
      LearningRateRequest.Piecewise.class,
      LearningRateRequest.Cosine.class,
      LearningRateRequest.OneCycle.class,
      LearningRateRequest.Constant.class
    },
    discriminatorMapping = {
      @DiscriminatorMapping(value = "piecewise", schema = LearningRateRequest.Piecewise.class),
      @DiscriminatorMapping(value = "cosine", schema = LearningRateRequest.Cosine.class),
      @DiscriminatorMapping(value = "one_cycle", schema = LearningRateRequest.OneCycle.class),
      @DiscriminatorMapping(value = "constant", schema = LearningRateRequest.Constant.class)
    })
sealed interface LearningRateRequest {

  /** The schedule; called only if no field is invalid. */
  LearningRate schedule(int epochs);

  /** Adds errors that concern several fields. Fields that are invalid by themselves are null. */
  default void check(int epochs, Problems problems) {}

  @JsonTypeName("piecewise")
  @Schema(name = "PiecewiseRate", description = "values[i] applies after boundaries[i-1] epochs.")
  record Piecewise(
      @Schema(description = "One value more than boundaries.", example = "[0.1, 0.01, 0.001]")
          @NotNull
          List<@DecimalMin(value = "0", inclusive = false) @DecimalMax("10") Double> values,
      @Schema(description = "Completed epochs, strictly increasing.", example = "[80, 120]")
          @Nullable List<@Min(1) Integer> boundaries)
      implements LearningRateRequest {

    @Override
    public LearningRate schedule(int epochs) {
      return new LearningRate.Piecewise(values, boundaries == null ? List.of() : boundaries);
    }

    @Override
    public void check(int epochs, Problems problems) {
      boolean listed = problems.none("learning_rate.boundaries");
      List<Integer> bounds = boundaries == null ? List.of() : boundaries;
      for (int i = 1; listed && i < bounds.size(); i++) {
        if (bounds.get(i) <= bounds.get(i - 1)) {
          problems.add(
              "learning_rate.boundaries",
              "must each be greater than the one before, were " + bounds);
          break;
        }
      }
      if (values != null && (listed || boundaries != null) && values.size() != bounds.size() + 1) {
        problems.add(
            "learning_rate.values",
            "must be one more than the boundaries, were %d for %d boundaries"
                .formatted(values.size(), bounds.size()));
      }
    }
  }

  @JsonTypeName("cosine")
  @Schema(name = "CosineRate", description = "Linear warm-up, then a half cosine down to zero.")
  record Cosine(
      @Schema(description = "The highest rate.", example = "0.1")
          @NotNull
          @DecimalMin(value = "0", inclusive = false)
          @DecimalMax("10")
          Double peak,
      @Schema(description = "Less than epochs.", defaultValue = "0") @DecimalMin("0")
          @Nullable Double warmupEpochs)
      implements LearningRateRequest {

    @Override
    public LearningRate schedule(int epochs) {
      return new LearningRate.Cosine(peak, warmupEpochs == null ? 0 : warmupEpochs);
    }

    @Override
    public void check(int epochs, Problems problems) {
      checkWarmup(warmupEpochs, epochs, problems);
    }
  }

  @JsonTypeName("one_cycle")
  @Schema(name = "OneCycleRate", description = "Linear up to the peak, then linear down to zero.")
  record OneCycle(
      @Schema(description = "The highest rate.", example = "0.2")
          @NotNull
          @DecimalMin(value = "0", inclusive = false)
          @DecimalMax("10")
          Double peak,
      @Schema(description = "Less than epochs. Default: a quarter of epochs.", example = "5")
          @DecimalMin("0")
          @Nullable Double warmupEpochs)
      implements LearningRateRequest {

    @Override
    public LearningRate schedule(int epochs) {
      return new LearningRate.OneCycle(peak, warmupEpochs == null ? epochs / 4.0 : warmupEpochs);
    }

    @Override
    public void check(int epochs, Problems problems) {
      checkWarmup(warmupEpochs, epochs, problems);
    }
  }

  @JsonTypeName("constant")
  @Schema(name = "ConstantRate", description = "The same rate throughout.")
  record Constant(
      @Schema(example = "0.05")
          @NotNull
          @DecimalMin(value = "0", inclusive = false)
          @DecimalMax("10")
          Double value)
      implements LearningRateRequest {

    @Override
    public LearningRate schedule(int epochs) {
      return new LearningRate.Constant(value);
    }
  }

  private static void checkWarmup(@Nullable Double warmup, int epochs, Problems problems) {
    if (warmup != null && warmup >= epochs) {
      problems.add(
          "learning_rate.warmup_epochs",
          "must be less than epochs, which is %d, was %s".formatted(epochs, warmup));
    }
  }
}
