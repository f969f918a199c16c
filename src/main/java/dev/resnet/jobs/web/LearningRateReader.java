package dev.resnet.jobs.web;

import dev.resnet.api.JsonFields;
import dev.resnet.api.Range;
import dev.resnet.training.LearningRate;
import java.util.List;

/** Reads {@code learning_rate}; what belongs to another schedule is unknown. */
final class LearningRateReader {
  private static final double HIGHEST = 10;
  private static final Range RATE = Range.openClosed(0, HIGHEST);

  /** As clients write them. */
  private enum Schedule {
    PIECEWISE,
    COSINE,
    ONE_CYCLE,
    CONSTANT
  }

  private LearningRateReader() {}

  /**
   * @param ofRecipe given back where the fields are wrong, which {@code finish} then reports
   */
  static LearningRate read(JsonFields fields, int epochs, LearningRate ofRecipe) {
    fields.required("schedule");
    Schedule schedule = fields.choice("schedule", null, Schedule.class);
    if (schedule == null) {
      // Which fields are right depends on it: so none of them is called unknown.
      fields.numbers("values");
      fields.integers("boundaries");
      List.of("peak", "warmup_epochs", "value")
          .forEach(name -> fields.number(name, 1, Range.atLeast(0)));
      return ofRecipe;
    }
    return switch (schedule) {
      case PIECEWISE -> piecewise(fields);
      case COSINE -> new LearningRate.Cosine(rate(fields, "peak"), warmup(fields, 0, epochs));
      case ONE_CYCLE ->
          new LearningRate.OneCycle(rate(fields, "peak"), warmup(fields, epochs / 4.0, epochs));
      case CONSTANT -> new LearningRate.Constant(rate(fields, "value"));
    };
  }

  private static double rate(JsonFields fields, String name) {
    fields.required(name);
    return fields.number(name, 1, RATE);
  }

  private static double warmup(JsonFields fields, double def, int epochs) {
    return fields.number("warmup_epochs", def, Range.closedOpen(0, epochs));
  }

  private static LearningRate piecewise(JsonFields fields) {
    fields.required("values");
    List<Double> values = fields.numbers("values");
    List<Integer> boundaries = fields.integers("boundaries");
    for (int i = 0; i < values.size(); i++) {
      if (!RATE.contains(values.get(i))) {
        fields.error(
            "values[" + i + "]", "must be greater than 0 and at most 10, was " + values.get(i));
      }
    }
    for (int i = 0; i < boundaries.size(); i++) {
      int least = i == 0 ? 1 : boundaries.get(i - 1) + 1;
      if (boundaries.get(i) < least) {
        fields.error(
            "boundaries",
            "must be epochs of at least 1, each greater than the one before, were " + boundaries);
        break;
      }
    }
    if (fields.has("values") && values.size() != boundaries.size() + 1) {
      fields.error(
          "values",
          "must be one more than the boundaries, were %d for %d boundaries"
              .formatted(values.size(), boundaries.size()));
    }
    return new LearningRate.Piecewise(values, boundaries);
  }
}
