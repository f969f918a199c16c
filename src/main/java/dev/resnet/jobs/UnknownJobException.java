package dev.resnet.jobs;

/** There is no such job. The message is for the client. */
public final class UnknownJobException extends RuntimeException {
  UnknownJobException(String id) {
    super("There is no training job %s. GET /api/v1/training-jobs lists them.".formatted(id));
  }
}
