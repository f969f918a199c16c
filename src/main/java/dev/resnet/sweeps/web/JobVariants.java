package dev.resnet.sweeps.web;

import dev.resnet.api.FieldError;
import dev.resnet.api.Problems;
import dev.resnet.jobs.ConfigJson;
import dev.resnet.jobs.NewJob;
import dev.resnet.jobs.web.TrainingJobReader;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The job of a sweep with one combination of values. Whole fields are set before the recipe sets
 * what is open; fields of objects after it, in the object that the recipe made.
 */
final class JobVariants {
  private static final JsonMapper JSON = new JsonMapper();

  private final TrainingJobReader reader;
  private final ObjectNode base;
  private final List<Axis> axes;

  /**
   * @param base a job, as sent
   */
  JobVariants(TrainingJobReader reader, ObjectNode base, List<Axis> axes) {
    this.reader = reader;
    this.base = base;
    this.axes = axes;
  }

  /**
   * Resolves and checks one job.
   *
   * @param combination the index of its value on each axis
   * @param problems gets all errors, with the fields of the job
   * @return null if there are errors
   */
  @Nullable NewJob read(List<Integer> combination, String name, Problems problems) {
    ObjectNode job = base.deepCopy();
    job.put("name", name);
    if (isAbsent(job.path("promote"))) {
      job.put("promote", "never");
    }
    for (int i = 0; i < axes.size(); i++) {
      if (!axes.get(i).isNested()) {
        job.set(axes.get(i).path(), axes.get(i).values().get(combination.get(i)).deepCopy());
      }
    }
    if (axes.stream().anyMatch(Axis::isNested)) {
      setNested(job, combination, problems);
    }
    NewJob read = reader.read(job, problems);
    return problems.errors().isEmpty() ? read : null;
  }

  private void setNested(ObjectNode job, List<Integer> combination, Problems problems) {
    JsonNode resolved = resolved(job);
    for (int i = 0; i < axes.size(); i++) {
      Axis axis = axes.get(i);
      if (!axis.isNested()) {
        continue;
      }
      JsonNode made = resolved.path(axis.parent());
      JsonNode given = job.path(axis.parent());
      if (isAbsent(given)) {
        given = made.deepCopy();
      }
      if (isAbsent(given)) {
        problems.add(
            "values." + axis.path(),
            "has no place: %s is null in this job; set it in base".formatted(axis.parent()));
        continue;
      }
      if (!(given instanceof ObjectNode object)) {
        continue; // the reader says what is wrong with it
      }
      if (given.path("schedule").equals(made.path("schedule"))
          && made.has("schedule")
          && !made.has(axis.field())) {
        problems.add("values." + axis.path(), ofOtherSchedule(axis, made));
        continue;
      }
      object.set(axis.field(), axis.values().get(combination.get(i)).deepCopy());
      job.set(axis.parent(), object);
    }
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static String ofOtherSchedule(Axis axis, JsonNode made) {
    return ("is not a field of this job's %1$s, whose schedule is %2$s (%3$s); set base.%1$s, or give"
            + " whole objects in values.%1$s")
        .formatted(
            axis.parent(),
            made.get("schedule").stringValue(),
            String.join(", ", made.propertyNames()));
  }

  /** All fields as the recipe makes them, whatever is wrong with others. */
  private JsonNode resolved(ObjectNode job) {
    ObjectNode rest = job.deepCopy();
    // Each round drops the fields that are wrong; what depends on them may be wrong next.
    for (int round = 0; round < 3; round++) {
      Problems problems = new Problems();
      NewJob read = reader.read(rest.deepCopy(), problems);
      if (read != null) {
        return JSON.valueToTree(ConfigJson.fields(read.config()));
      }
      for (FieldError error : problems.errors()) {
        rest.remove(error.field().split("[.\\[]")[0]);
      }
      if (!problems.none("stack_n")) {
        rest.put("stack_n", 1);
      }
    }
    return JSON.createObjectNode();
  }
}
