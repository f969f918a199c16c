package dev.resnet.backup;

import java.util.List;

/** Files that rows name are missing or changed. The message is for the client. */
public final class IncompleteBackupException extends RuntimeException {
  private static final int SHOWN = 5;

  IncompleteBackupException(List<String> problems) {
    super(
        "The backup would be incomplete: %s%s. Delete what they belong to, or send ?incomplete=true for a backup without them."
            .formatted(
                String.join(", ", problems.subList(0, Math.min(SHOWN, problems.size()))),
                problems.size() > SHOWN ? " and %d more".formatted(problems.size() - SHOWN) : ""));
  }
}
