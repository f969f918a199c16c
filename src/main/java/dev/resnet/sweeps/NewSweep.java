package dev.resnet.sweeps;

import dev.resnet.jobs.NewJob;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sweep to submit; all jobs are resolved and checked.
 *
 * @param request the JSON object that was sent
 * @param afterEpochs when the median rule may stop a job; null without the rule
 * @param jobs in the order in which they are queued
 */
public record NewSweep(
    String name, String request, @Nullable Integer afterEpochs, List<NewPoint> jobs) {

  /** One job and its values by path. */
  public record NewPoint(Map<String, @Nullable Object> values, NewJob job) {}
}
