package dev.resnet.jobs;

import dev.resnet.engine.EngineUnavailableException;
import dev.resnet.training.TrainingFailedException;
import java.io.IOException;

/** What a failed job tells its user. */
final class FailureMessage {
  private static final int LONGEST = 2000;

  private FailureMessage() {}

  static String of(Throwable failure) {
    String message = failure.getMessage() == null ? "" : failure.getMessage();
    String text;
    if (failure instanceof OutOfMemoryError) {
      text =
          "Not enough memory (%s). Use a smaller batch_size or stack_n, or give the service more memory."
              .formatted(message);
    } else if (!message.isEmpty()
        && (failure instanceof TrainingFailedException
            || failure instanceof EngineUnavailableException
            || failure instanceof IllegalArgumentException
            || failure instanceof IOException)) {
      // Written for users where they were thrown.
      text = message;
    } else {
      text =
          "Unexpected %s%s. The service's log has the details."
              .formatted(
                  failure.getClass().getSimpleName(), message.isEmpty() ? "" : ": " + message);
    }
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
  }
}
