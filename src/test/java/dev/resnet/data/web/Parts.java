package dev.resnet.data.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;

/** A multipart body. */
final class Parts {
  static final String TYPE = "multipart/form-data; boundary=----between";
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Parts file(String name, byte[] content) {
    out.writeBytes(
        "------between\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"a.zip\"\r\n\r\n"
            .formatted(name)
            .getBytes(UTF_8));
    out.writeBytes(content);
    out.writeBytes("\r\n".getBytes(UTF_8));
    return this;
  }

  BodyPublisher publisher() {
    out.writeBytes("------between--\r\n".getBytes(UTF_8));
    return BodyPublishers.ofByteArray(out.toByteArray());
  }
}
