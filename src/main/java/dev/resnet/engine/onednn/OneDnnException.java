package dev.resnet.engine.onednn;

/** oneDNN refused a call; the message names the primitive and oneDNN's status. */
public class OneDnnException extends RuntimeException {
  OneDnnException(String message) {
    super(message);
  }
}
