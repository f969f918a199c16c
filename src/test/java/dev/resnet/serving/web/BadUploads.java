package dev.resnet.serving.web;

import static dev.resnet.serving.web.BadRequest.VERSIONS;
import static dev.resnet.serving.web.BadRequest.cut;
import static dev.resnet.serving.web.BadRequest.put;
import static dev.resnet.serving.web.BadRequest.utf8;

import dev.resnet.network.ResNetSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;

/** Uploads of networks that are none, or not the one that their card describes. */
final class BadUploads {
  private static final String DESCRIPTION = "configuration.json";
  private static final String WEIGHTS = "coefficients.bin";

  /** The last bias of the network in big-endian floats. */
  private static final int LAST = 4;

  private static final String CARD =
      """
      {"classes": [%s], "mean": [0.5, 0.5, 0.5], "standard_deviation": [0.25, 0.25, 0.25]}"""
          .formatted("\"c0\"" + ten());

  private static final Map<String, byte[]> SOUND = entries(written());

  private BadUploads() {}

  private static String ten() {
    var names = new StringBuilder();
    for (int c = 1; c < 10; c++) {
      names.append(", \"c").append(c).append('"');
    }
    return names.toString();
  }

  static List<BadRequest> all() {
    byte[] sound = zip(SOUND);
    byte[] card = utf8(CARD);
    var twice = new Multipart().file("model", "a", sound).file("model", "b", sound);
    return List.of(
            upload("upload of text", utf8("hello"), "no zip"),
            upload("upload of nothing", new byte[0], "no zip"),
            upload("upload, cut in its weights", cut(sound, sound.length / 2), "damaged"),
            upload("upload of an empty zip", zip(Map.of()), "no zip"),
            upload("upload of 1,000 entries", changed(BadUploads::manyEntries), "max-entries"),
            upload(
                "upload without weights",
                changed(e -> e.remove(WEIGHTS)),
                "no entry coefficients.bin"),
            upload("upload without a description", changed(e -> e.remove(DESCRIPTION)), "stack_n"),
            upload(
                "upload of another description",
                changed(e -> e.put(DESCRIPTION, utf8("{}"))),
                "0 blocks"),
            upload(
                "upload whose description is no JSON",
                changed(e -> e.put(DESCRIPTION, utf8("{\"vertices\""))),
                "not the description"),
            upload(
                "upload whose description is in no encoding",
                changed(e -> e.put(DESCRIPTION, new byte[] {0, 0, 0, '{', '{', '!', 'v', 'e'})),
                "not the description"),
            upload(
                "upload whose description is in a rare encoding",
                changed(e -> e.put(DESCRIPTION, new byte[] {0, 0, '{', 0, 0, 0, '}', 0})),
                "not the description"),
            upload(
                "upload of deep JSON",
                changed(e -> e.put(DESCRIPTION, utf8("{\"a\":" + "[".repeat(50_000)))),
                "not the description"),
            upload(
                "upload with fewer weights than announced",
                changed(e -> e.computeIfPresent(WEIGHTS, (n, w) -> cut(w, w.length - 4))),
                "announces"),
            upload(
                "upload with weights that announce 2^62 floats",
                changed(
                    e -> e.computeIfPresent(WEIGHTS, (n, w) -> BadRequest.changed(w, 40, 0x40))),
                "not a vector"),
            upload("upload with NaN", changed(BadUploads::withNaN), "not finite"),
            put(
                "upload of a network of other classes",
                VERSIONS,
                parts(sound, utf8(CARD.replace("\"c1\", ", ""))),
                422,
                "list all classes"),
            put("card, cut", VERSIONS, parts(sound, cut(card, 30)), 400, "JSON"),
            put("card of 300 kB", VERSIONS, parts(sound, new byte[300_000]), 413, "card"),
            put(
                "card with NaN",
                VERSIONS,
                parts(sound, utf8(CARD.replace("[0.5, ", "[NaN, "))),
                400,
                "JSON"),
            put(
                "card with a mean of 1e400",
                VERSIONS,
                parts(sound, utf8(CARD.replace("[0.5, ", "[1e400, "))),
                400,
                "mean"),
            put(
                "card with an unknown field",
                VERSIONS,
                parts(sound, utf8(CARD.replace("\"mean\"", "\"size\": 1, \"mean\""))),
                400,
                "size"),
            put("two networks", VERSIONS, twice.field("card", card).bytes(), 400, "model"),
            put(
                "no card",
                VERSIONS,
                new Multipart().file("model", "a", sound).bytes(),
                400,
                "card"),
            put("no network", VERSIONS, new Multipart().field("card", card).bytes(), 400, "model"),
            put(
                "upload, cut between its parts",
                VERSIONS,
                cut(parts(sound, card), 300),
                400,
                "multipart"),
            put(
                "name with a space",
                "/api/v1/models/a%20b/versions",
                parts(sound, card),
                400,
                "name"))
        .stream()
        .map(request -> request.with("Content-Type", Multipart.TYPE))
        .toList();
  }

  private static BadRequest upload(String name, byte[] zip, String word) {
    return put(name, VERSIONS, parts(zip, utf8(CARD)), 422, word);
  }

  private static byte[] parts(byte[] model, byte[] card) {
    return new Multipart().file("model", "model.zip", model).field("card", card).bytes();
  }

  private static void manyEntries(Map<String, byte[]> entries) {
    for (int i = 0; i < 1_000; i++) {
      entries.put("entry " + i, new byte[0]);
    }
  }

  private static void withNaN(Map<String, byte[]> entries) {
    byte[] weights = entries.get(WEIGHTS).clone();
    ByteBuffer.wrap(weights).putFloat(weights.length - LAST, Float.NaN);
    entries.put(WEIGHTS, weights);
  }

  private static byte[] written() {
    var out = new ByteArrayOutputStream();
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(1, 0.9);
    try {
      ModelSerializer.writeModel(graph, out, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      graph.params().close();
    }
    return out.toByteArray();
  }

  private static Map<String, byte[]> entries(byte[] zip) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (Arrays.asList(DESCRIPTION, WEIGHTS).contains(entry.getName())) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  private static byte[] changed(Consumer<Map<String, byte[]>> change) {
    Map<String, byte[]> entries = new LinkedHashMap<>(SOUND);
    change.accept(entries);
    return zip(entries);
  }

  private static byte[] zip(Map<String, byte[]> entries) {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      zip.setLevel(0);
      for (var entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
