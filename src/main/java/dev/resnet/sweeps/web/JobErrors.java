package dev.resnet.sweeps.web;

import dev.resnet.api.FieldError;
import dev.resnet.api.Problems;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The errors of all jobs of a sweep, each once, under the name of the field in the sweep's request.
 */
final class JobErrors {
  private final List<Axis> axes;
  private final Map<FieldError, Occurrence> errors = new LinkedHashMap<>();
  private int jobs;

  /** How many jobs have each value. */
  private final Map<String, Integer> jobsWith = new HashMap<>();

  /** How many jobs have an error, and the values of the first. */
  private record Occurrence(int jobs, List<Integer> first) {}

  JobErrors(List<Axis> axes) {
    this.axes = axes;
  }

  /**
   * Adds those of one job.
   *
   * @param combination the index of its value on each axis
   */
  void add(List<Integer> combination, List<FieldError> ofJob) {
    jobs++;
    for (int i = 0; i < axes.size(); i++) {
      jobsWith.merge(axes.get(i).name(combination.get(i)), 1, Integer::sum);
    }
    ofJob.stream()
        .map(error -> new FieldError(name(error.field(), combination), error.message()))
        .distinct()
        .forEach(
            error ->
                errors.merge(
                    error,
                    new Occurrence(1, combination),
                    (before, one) -> new Occurrence(before.jobs() + 1, before.first())));
  }

  /** {@code values.epochs[1]} if the field has a value of the sweep, else {@code base.epochs}. */
  private String name(String field, List<Integer> combination) {
    if (field.startsWith("values.")) {
      return field; // of a path, not of one of its values
    }
    Axis nearest = null;
    int index = 0;
    for (int i = 0; i < axes.size(); i++) {
      Axis axis = axes.get(i);
      if (axis.covers(field)
          && (nearest == null || axis.path().length() > nearest.path().length())) {
        nearest = axis;
        index = combination.get(i);
      }
    }
    return nearest == null
        ? "base." + field
        : nearest.name(index) + field.substring(nearest.path().length());
  }

  void addTo(Problems problems) {
    errors.forEach(
        (error, where) ->
            problems.add(
                error.field(),
                error.message()
                    + (depends(error, where) ? " (with %s)".formatted(text(where)) : "")));
  }

  /** Whether the error shows in some jobs only, although all of them have this value. */
  private boolean depends(FieldError error, Occurrence where) {
    for (int i = 0; i < axes.size(); i++) {
      int index = where.first().get(i);
      if (error.field().startsWith(axes.get(i).name(index))) {
        return where.jobs() < jobsWith.get(axes.get(i).name(index));
      }
    }
    return where.jobs() < jobs;
  }

  private String text(Occurrence where) {
    return SweepReader.text(axes, where.first());
  }
}
