package dev.resnet.models;

/** Puts a version into production once it is loaded. */
public interface ModelPromotion {

  /**
   * @throws UnknownModelException if there is no such version
   */
  ModelVersion promote(String name, int version);
}
