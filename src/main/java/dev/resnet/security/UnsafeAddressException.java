package dev.resnet.security;

import java.net.InetAddress;

/** The service was told to listen to others without being told how to know them. */
final class UnsafeAddressException extends RuntimeException {
  UnsafeAddressException(InetAddress address) {
    super(
        "server.address is %s, which others can reach, but there are neither keys nor an issuer of tokens: anybody could train, delete and read everything."
            .formatted(address.getHostAddress()));
  }
}
