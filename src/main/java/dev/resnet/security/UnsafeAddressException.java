package dev.resnet.security;

import java.net.InetAddress;

/** The service would listen on a public address without any authentication. */
final class UnsafeAddressException extends RuntimeException {
  UnsafeAddressException(String setting, InetAddress address) {
    super(
        ("%s is %s, which other machines can reach, but neither keys nor a"
                + " JWT issuer are configured: anyone could train, delete and read everything.")
            .formatted(setting, address.getHostAddress()));
  }
}
