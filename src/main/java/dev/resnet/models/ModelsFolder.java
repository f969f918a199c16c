package dev.resnet.models;

import java.nio.file.Path;

/** Where the files of all models lie. */
public final class ModelsFolder {
  private ModelsFolder() {}

  /**
   * @param home {@code resnet.home}
   */
  public static Path in(Path home) {
    return home.toAbsolutePath().normalize().resolve("models");
  }
}
