package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A request that is wrong, and what its answer must be.
 *
 * @param headers without Host and Content-Length
 * @param status expected
 * @param word expected in the detail of the problem; in the body if the status is 200
 */
record BadRequest(
    String name,
    String method,
    String path,
    Map<String, String> headers,
    byte[] body,
    int status,
    String word) {

  static final String CLASSIFY = ClassifyOverHttp.CLASSIFY;
  static final String INFER = "/v2/models/net/infer";
  static final String VERSIONS = "/api/v1/models/bad/versions";
  static final String JSON = "application/json";

  /** A body for classification. */
  static BadRequest classify(String name, String type, byte[] body, int status, String word) {
    return post(name, CLASSIFY, body, status, word).with("Content-Type", type);
  }

  static BadRequest picture(String name, byte[] body, String word) {
    return classify(name, "image/png", body, 422, word);
  }

  static BadRequest post(String name, String path, byte[] body, int status, String word) {
    return new BadRequest(name, "POST", path, Map.of(), body, status, word);
  }

  static BadRequest put(String name, String path, byte[] body, int status, String word) {
    return new BadRequest(name, "PUT", path, Map.of(), body, status, word);
  }

  BadRequest with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new BadRequest(name, method, path, more, body, status, word);
  }

  BadRequest method(String other) {
    return new BadRequest(name, other, path, headers, body, status, word);
  }

  static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }

  static byte[] latin(String text) {
    return text.getBytes(ISO_8859_1);
  }

  static byte[] cut(byte[] bytes, int length) {
    return Arrays.copyOf(bytes, length);
  }

  /** The same bytes but for these. */
  static byte[] changed(byte[] bytes, int at, int... values) {
    byte[] changed = bytes.clone();
    for (int i = 0; i < values.length; i++) {
      changed[at + i] = (byte) values[i];
    }
    return changed;
  }

  static byte[] resource(String name) {
    try (var in = BadRequest.class.getResourceAsStream("/pictures/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] gzip(byte[] content) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public String toString() {
    return name;
  }
}
