package dev.resnet.security;

/** The configured keys can't be used; the message names the faulty field, never a value. */
final class UnusableKeysException extends RuntimeException {
  UnusableKeysException(String message) {
    super(message);
  }
}
