package dev.resnet.benchmark;

/** One implementation of the network at one precision, ready to run. Times are its own affair. */
interface Contender extends AutoCloseable {
  /** Runs one step of training, or classifies one batch; the latter by any number of threads. */
  void run();

  @Override
  default void close() {}
}
