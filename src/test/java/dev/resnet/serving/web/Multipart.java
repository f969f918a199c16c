package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Builds multipart bodies like a browser. */
final class Multipart {
  static final String TYPE = "multipart/form-data; boundary=----between";
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Multipart file(String name, String fileName, byte[] content) {
    return part("name=\"" + name + "\"; filename=\"" + fileName + "\"", content);
  }

  Multipart field(String name, byte[] content) {
    return part("name=\"" + name + "\"", content);
  }

  private Multipart part(String disposition, byte[] content) {
    String head =
        "------between\r\nContent-Disposition: form-data; %s\r\nContent-Type: application/octet-stream\r\n\r\n"
            .formatted(disposition);
    out.writeBytes(head.getBytes(UTF_8));
    out.writeBytes(content);
    out.writeBytes("\r\n".getBytes(UTF_8));
    return this;
  }

  byte[] bytes() {
    out.writeBytes("------between--\r\n".getBytes(UTF_8));
    return out.toByteArray();
  }
}
