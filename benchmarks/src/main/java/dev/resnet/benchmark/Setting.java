package dev.resnet.benchmark;

/** What is measured: training or inference of a ResNet of depth 6n+2 at a batch size. */
record Setting(boolean training, int stackN, int batch) {
  static Setting parse(String text) {
    String[] parts = text.split(":");
    return new Setting(
        parts[0].equals("train"), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
  }

  @Override
  public String toString() {
    return "%s:%d:%d".formatted(training ? "train" : "infer", stackN, batch);
  }
}
