package dev.resnet.models;

/** A version can't be deleted while it is in production. The message is for the client. */
public final class VersionInProductionException extends RuntimeException {
  VersionInProductionException(String name, int version) {
    super(
        "Version %d of model '%s' is in production; promote another version first."
            .formatted(version, name));
  }
}
