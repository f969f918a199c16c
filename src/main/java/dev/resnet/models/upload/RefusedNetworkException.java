package dev.resnet.models.upload;

/** An uploaded file is no network that this service can run. The message is for the client. */
public final class RefusedNetworkException extends RuntimeException {
  RefusedNetworkException(String message) {
    super(message);
  }
}
