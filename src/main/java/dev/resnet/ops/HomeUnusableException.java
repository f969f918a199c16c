package dev.resnet.ops;

import java.nio.file.Path;

/** {@code resnet.home} can't be written to. */
final class HomeUnusableException extends RuntimeException {
  HomeUnusableException(Path home, Path culprit, String reason) {
    super(
        "resnet.home is %s, but %s %s."
            .formatted(home, home.equals(culprit) ? "that" : culprit, reason));
  }
}
