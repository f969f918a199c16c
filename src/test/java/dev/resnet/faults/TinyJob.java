package dev.resnet.faults;

import java.util.Map;

/**
 * A job that takes seconds. Engine and precision are fixed, so two runs on the same number of
 * threads are equal in every bit.
 *
 * @param model the name of its model; one for each job
 * @param images training images of an epoch
 */
record TinyJob(String model, int seed, int epochs, int images) {
  private static final int BATCH = 20;

  Map<String, Object> body() {
    return Map.ofEntries(
        Map.entry("stack_n", 1),
        Map.entry("dataset", "synthetic"),
        Map.entry("recipe", "fast"),
        Map.entry("model", model),
        Map.entry("seed", seed),
        Map.entry("epochs", epochs),
        Map.entry("batch_size", BATCH),
        Map.entry("train_limit", images),
        Map.entry("test_limit", 20),
        Map.entry("engine", "onednn"),
        Map.entry("precision", "float32"));
  }
}
