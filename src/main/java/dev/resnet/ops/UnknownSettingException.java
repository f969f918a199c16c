package dev.resnet.ops;

/** A setting of ours that does not exist. */
final class UnknownSettingException extends RuntimeException {
  UnknownSettingException(String message) {
    super(message);
  }
}
