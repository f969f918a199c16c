package dev.resnet.models.upload;

import dev.resnet.fuzz.InputFile;
import dev.resnet.fuzz.Leaks;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;
import org.springframework.util.unit.DataSize;

/**
 * Uploaded networks: each is read or refused. A zip is an input as it is. Any other input is the
 * contents of the entries, which this class packs, since a change within a packed entry makes its
 * checksum wrong: the length of {@code configuration.json} in two bytes, this entry, and the rest
 * as {@code coefficients.bin}.
 */
public final class NetworkFuzzTarget {
  private static final int CLASSES = 2;
  private static final int LENGTH = 2;

  /** The largest seed, a whole zip, has as many floats. */
  private static final int FEW_FLOATS = 100;

  private static final ZipLimits LIMITS = new ZipLimits(8, DataSize.ofMegabytes(1), 3);
  private static final Leaks LEAKS = new Leaks(64 << 20);
  private static final InputFile FILE = new InputFile();

  private NetworkFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    byte[] zip = input;
    if (input.length > LENGTH && input[0] != 'P') {
      int rest = input.length - LENGTH;
      int json = Math.min(Short.toUnsignedInt(ByteBuffer.wrap(input).getShort()), rest);
      Map<String, byte[]> entries = new LinkedHashMap<>();
      entries.put("configuration.json", Arrays.copyOfRange(input, LENGTH, LENGTH + json));
      entries.put("coefficients.bin", Arrays.copyOfRange(input, LENGTH + json, input.length));
      zip = zip(entries);
    }
    LEAKS.begin();
    try {
      UploadedNetwork.read(FILE.with(zip), CLASSES, ImageShape.CIFAR, null, LIMITS)
          .params()
          .close();
    } catch (RefusedNetworkException e) {
      if (e.getMessage().length() > 500) {
        throw new AssertionError(e);
      }
    }
    LEAKS.check();
    FILE.check();
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      zip.setLevel(0);
      for (var entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** The description of a network with few weights, so that inputs stay small. */
  public static Map<String, byte[]> seeds() throws IOException {
    ComputationGraph graph = new ResNetSpec(1, CLASSES).initialise(7, 0.9);
    String names =
        "{\"vertices\": {\"%s\": {}}, \"other\": [1, {\"a\": \"\\u00e9\"}]}"
            .formatted(String.join("\": {}, \"", graph.getConfiguration().getVertices().keySet()));
    graph.params().close();

    var few = new ByteArrayOutputStream();
    Nd4j.write(Nd4j.rand(1, FEW_FLOATS), new DataOutputStream(few));
    var vector = new ByteArrayOutputStream();
    Nd4j.write(Nd4j.rand(FEW_FLOATS), new DataOutputStream(vector));
    Map<String, byte[]> seeds = new HashMap<>();
    seeds.put("names", contents(names.getBytes(), few.toByteArray()));
    seeds.put("vector", contents("{\"vertices\": {}}".getBytes(), vector.toByteArray()));
    seeds.put(
        "zip", zip(Map.of("coefficients.bin", few.toByteArray(), "training.json", new byte[9])));
    seeds.put("zip without weights", zip(Map.of("configuration.json", names.getBytes())));
    return seeds;
  }

  private static byte[] contents(byte[] json, byte[] coefficients) {
    return ByteBuffer.allocate(LENGTH + json.length + coefficients.length)
        .putShort((short) json.length)
        .put(json)
        .put(coefficients)
        .array();
  }
}
