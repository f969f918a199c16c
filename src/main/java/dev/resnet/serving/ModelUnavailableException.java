package dev.resnet.serving;

/**
 * A registered model cannot answer: its file is missing, damaged or gives no probabilities. The
 * message names the model and is meant for the client.
 */
public class ModelUnavailableException extends RuntimeException {
  ModelUnavailableException(String message) {
    super(message);
  }

  ModelUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
