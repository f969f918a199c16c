package dev.resnet.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Socket;

/** Sends requests as raw text, because Java's client sets Host and Origin itself. */
final class RawRequest {
  private RawRequest() {}

  /** Sends a request with these lines and returns the response; {@code body} may be empty. */
  static String send(int port, String body, String... lines) throws IOException {
    return send("127.0.0.1", port, body, lines);
  }

  static String send(String address, int port, String body, String... lines) throws IOException {
    try (Socket socket = new Socket(address, port)) {
      socket.setSoTimeout(20_000);
      String head =
          String.join("\r\n", lines)
              + "\r\nConnection: close\r\nContent-Length: "
              + body.getBytes(UTF_8).length
              + "\r\n\r\n";
      socket.getOutputStream().write((head + body).getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  static int status(String answer) {
    return Integer.parseInt(answer.split(" ", 3)[1]);
  }
}
