package dev.resnet.serving;

/**
 * A registered model can't be used: its file is missing or damaged, or its probabilities are not
 * finite. The message names the model and is meant for the client.
 */
public class ModelUnavailableException extends RuntimeException {
  ModelUnavailableException(String message) {
    super(message);
  }

  ModelUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
