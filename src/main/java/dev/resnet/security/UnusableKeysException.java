package dev.resnet.security;

/** The keys that were given can't be used; the message names the culprit, never a value. */
final class UnusableKeysException extends RuntimeException {
  UnusableKeysException(String message) {
    super(message);
  }
}
