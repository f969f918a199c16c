package dev.resnet.benchmark;

/**
 * What is measured: training or inference of a ResNet of depth 6n+2 at a batch size. Written as
 * {@code infer:3:8}, or {@code infer:3:16x8} for sixteen callers at once.
 *
 * @param callers threads that run batches at the same time; 0 for the main thread alone
 */
record Setting(boolean training, int stackN, int callers, int batch) {
  static Setting parse(String text) {
    String[] parts = text.split(":");
    boolean training = parts[0].equals("train");
    int stackN = Integer.parseInt(parts[1]);
    String[] batches = parts[2].split("x");
    int callers = batches.length == 1 ? 0 : Integer.parseInt(batches[0]);
    if (training && callers > 0) {
      throw new IllegalArgumentException(text + ": a network is trained by one caller");
    }
    return new Setting(training, stackN, callers, Integer.parseInt(batches[batches.length - 1]));
  }

  @Override
  public String toString() {
    String batches = callers == 0 ? Integer.toString(batch) : callers + "x" + batch;
    return "%s:%d:%s".formatted(training ? "train" : "infer", stackN, batches);
  }
}
