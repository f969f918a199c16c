package dev.resnet.jobs;

import dev.resnet.engine.EngineUnavailableException;
import dev.resnet.engine.GpuException;
import dev.resnet.training.TrainingFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** The message that a job shows its user when an attempt fails. */
final class FailureMessage {
  private static final int LONGEST = 2000;

  private FailureMessage() {}

  static String of(Throwable failure) {
    String text = text(failure);
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
  }

  private static String text(Throwable failure) {
    String message = failure.getMessage() == null ? "" : failure.getMessage();
    List<Throwable> chain = Fault.chain(failure);
    Optional<GpuException> ofTheGpu = Fault.ofTheGpu(chain);
    if (ofTheGpu.isPresent()) {
      return String.valueOf(ofTheGpu.get().getMessage());
    }
    for (Throwable cause : chain) {
      if (Fault.isOutOfMemory(cause)) {
        return ("Not enough memory (%s). Use a smaller batch_size or stack_n, or give the"
                + " service more memory.")
            .formatted(cause.getMessage());
      }
    }
    if (failure instanceof UncheckedIOException unchecked) {
      return text(unchecked.getCause());
    }
    if (failure instanceof DataAccessException || failure instanceof TransactionException) {
      return "The database failed: " + message;
    }
    if (failure instanceof LinkageError) {
      return "The native libraries can't be loaded: " + failure;
    }
    boolean writtenForUsers =
        failure instanceof TrainingFailedException
            || failure instanceof EngineUnavailableException
            || failure instanceof IllegalArgumentException
            || (failure instanceof IOException && !(failure instanceof FileSystemException));
    if (writtenForUsers && !message.isEmpty()) {
      return message;
    }
    if (failure instanceof IOException) {
      // An operating system message is often only a file name.
      return "Reading or writing failed: " + failure;
    }
    return "Unexpected %s%s. The service's log has the details."
        .formatted(failure.getClass().getSimpleName(), message.isEmpty() ? "" : ": " + message);
  }
}
