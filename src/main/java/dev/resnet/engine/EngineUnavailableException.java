package dev.resnet.engine;

/**
 * The requested engine or precision can't run here; the message says why and what could be asked
 * for instead.
 */
public class EngineUnavailableException extends RuntimeException {
  public EngineUnavailableException(String message) {
    super(message);
  }
}
