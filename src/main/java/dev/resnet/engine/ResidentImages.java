package dev.resnet.engine;

/**
 * Images that an engine keeps on its device, from {@link TrainingEngine#keep}. Only that engine can
 * read them. Close them before it.
 */
public interface ResidentImages extends AutoCloseable {

  int count();

  /** Frees the device's memory. */
  @Override
  void close();
}
