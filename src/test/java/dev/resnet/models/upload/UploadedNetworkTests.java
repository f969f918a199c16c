package dev.resnet.models.upload;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.resnet.files.Disk;
import dev.resnet.files.EveryOperation;
import dev.resnet.files.VolumeFiles;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.springframework.util.unit.DataSize;

/** What is read from an uploaded zip, and what is refused. */
class UploadedNetworkTests {
  private static final String CONFIGURATION = "configuration.json";
  private static final String COEFFICIENTS = "coefficients.bin";
  private static final int CLASSES = 2;
  private static final ZipLimits LIMITS = new ZipLimits(8, DataSize.ofMegabytes(2), 5);

  private static ComputationGraph graph;

  /** The entries of a sound zip. */
  private static Map<String, byte[]> sound;

  @TempDir private Path folder;

  @BeforeAll
  static void write() throws IOException {
    graph = new ResNetSpec(1, CLASSES).initialise(7, 0.9);
    var zip = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, zip, true);
    sound = entries(zip.toByteArray());
  }

  private static Map<String, byte[]> entries(byte[] zip) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    return entries;
  }

  private static byte[] zip(Map<String, byte[]> entries) {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (var entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] changed(Consumer<Map<String, byte[]>> change) {
    Map<String, byte[]> entries = new LinkedHashMap<>(sound);
    change.accept(entries);
    return zip(entries);
  }

  private static byte[] written(INDArray array) {
    var bytes = new ByteArrayOutputStream();
    try {
      Nd4j.write(array, new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private ComputationGraph read(byte[] zip, @Nullable Integer stackN) throws IOException {
    Path file = Files.write(folder.resolve("upload.zip"), zip);
    return UploadedNetwork.read(file, CLASSES, ImageShape.CIFAR, stackN, LIMITS);
  }

  private void assertSame(byte[] zip, @Nullable Integer stackN) throws IOException {
    ComputationGraph copy = read(zip, stackN);
    assertThat(copy.params().toFloatVector()).isEqualTo(graph.params().toFloatVector());
    copy.params().close();
  }

  @Test
  void theWeightsAreCopiedBitByBit() throws IOException {
    assertThat(sound).containsKeys(CONFIGURATION, COEFFICIENTS, "updaterState.bin");
    assertSame(zip(sound), null);
    assertSame(zip(sound), 1);
    assertSame(changed(entries -> entries.remove("updaterState.bin")), null);
    assertSame(changed(entries -> entries.put("training.json", new byte[10])), null);
    assertSame(changed(entries -> entries.remove(CONFIGURATION)), 1);
    INDArray row = graph.params().reshape(1, graph.params().length());
    assertSame(changed(entries -> entries.put(COEFFICIENTS, written(row))), null);
  }

  /** DL4J would make objects of the classes that its JSON names. */
  @Test
  void aClassThatTheJsonNamesIsNotLoaded() throws IOException {
    String json = new String(sound.get(CONFIGURATION), UTF_8);
    String evil = json.replaceAll("org\\.deeplearning4j[A-Za-z0-9_.$]*", "evil.Gadget");
    assertThat(evil).contains("evil.Gadget").doesNotContain("org.deeplearning4j");
    assertSame(changed(entries -> entries.put(CONFIGURATION, evil.getBytes(UTF_8))), null);
  }

  /** A zip, and part of the message. */
  private record Case(String name, byte[] zip, @Nullable Integer stackN, String message) {
    Case(String name, Consumer<Map<String, byte[]>> change, String message) {
      this(name, changed(change), null, message);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static byte[] parameters(int at, float value) {
    INDArray copy = graph.params().dup();
    copy.putScalar(at, value);
    return written(copy);
  }

  private static byte[] patched(int at, int... bytes) {
    byte[] coefficients = sound.get(COEFFICIENTS).clone();
    for (int i = 0; i < bytes.length; i++) {
      coefficients[at + i] = (byte) bytes[i];
    }
    return coefficients;
  }

  private static byte[] header(int length) {
    return Arrays.copyOf(sound.get(COEFFICIENTS), length);
  }

  private static byte[] json(String text) {
    return text.getBytes(UTF_8);
  }

  static List<Case> refused() {
    byte[] whole = zip(sound);
    byte[] cut = Arrays.copyOf(whole, whole.length / 2);
    byte[] coefficients = sound.get(COEFFICIENTS);
    byte[] shorter = Arrays.copyOf(coefficients, coefficients.length - 4);
    byte[] longer = Arrays.copyOf(coefficients, coefficients.length + 4);
    String names = new String(sound.get(CONFIGURATION), UTF_8);
    int variance = 16 * 27 + 16 + 3 * 16;
    String vector = "not a vector of 32-bit floats";
    String description = "not the description of a DL4J ComputationGraph";
    return List.of(
        new Case("empty", new byte[0], null, "no zip"),
        new Case("no zip", json("hello"), null, "no zip"),
        new Case("an empty zip", zip(Map.of()), null, "no zip"),
        new Case("half of a zip", cut, null, "damaged"),
        new Case("no weights", e -> e.remove(COEFFICIENTS), "no entry coefficients.bin"),
        new Case("no description", e -> e.remove(CONFIGURATION), "stack_n"),
        new Case("another stack_n", whole, 2, "stack_n 2"),
        new Case("no JSON", e -> e.put(CONFIGURATION, json("{\"vertices\"")), description),
        new Case("no object", e -> e.put(CONFIGURATION, json("[1]")), description),
        new Case(
            "deep JSON", e -> e.put(CONFIGURATION, json("{\"a\":" + "[".repeat(999))), description),
        new Case("no vertices", e -> e.put(CONFIGURATION, json("{}")), "0 blocks per stage"),
        new Case(
            "vertices of another kind",
            e -> e.put(CONFIGURATION, json("{\"vertices\": [1, 2]}")),
            description),
        new Case("too many vertices", e -> e.put(CONFIGURATION, json(vertices(200))), description),
        new Case("too many blocks", e -> e.put(CONFIGURATION, json(blocks(6))), "6 blocks"),
        new Case(
            "another network",
            e -> e.put(CONFIGURATION, json(names.replace("\"final-bn\"", "\"last-bn\""))),
            "are not those"),
        new Case("too few floats", e -> e.put(COEFFICIENTS, shorter), "announces"),
        new Case("too many floats", e -> e.put(COEFFICIENTS, longer), "announces"),
        new Case(
            "other classes",
            e -> e.put(COEFFICIENTS, written(Nd4j.zeros(DataType.FLOAT, 78_666))),
            "78666 floats"),
        new Case(
            "a matrix",
            e -> e.put(COEFFICIENTS, written(Nd4j.zeros(DataType.FLOAT, 2, 10))),
            vector),
        new Case(
            "doubles", e -> e.put(COEFFICIENTS, written(Nd4j.zeros(DataType.DOUBLE, 10))), vector),
        new Case(
            "halves", e -> e.put(COEFFICIENTS, written(Nd4j.zeros(DataType.HALF, 10))), vector),
        new Case("no header", e -> e.put(COEFFICIENTS, new byte[3]), vector),
        new Case("half of a header", e -> e.put(COEFFICIENTS, header(50)), "damaged"),
        new Case("a long word", e -> e.put(COEFFICIENTS, patched(0, 0xff, 0xff)), vector),
        new Case("unknown storage", e -> e.put(COEFFICIENTS, patched(2, 'X')), vector),
        new Case("a rank of 2^56", e -> e.put(COEFFICIENTS, patched(32, 1)), vector),
        new Case("a length of 2^56", e -> e.put(COEFFICIENTS, patched(40, 1)), vector),
        new Case("a negative length", e -> e.put(COEFFICIENTS, patched(40, 0xff)), vector),
        new Case("another order", e -> e.put(COEFFICIENTS, patched(79, 'x')), vector),
        new Case(
            "NaN",
            e -> e.put(COEFFICIENTS, parameters(3, Float.NaN)),
            "the parameter conv_b is not finite"),
        new Case(
            "infinity",
            e -> e.put(COEFFICIENTS, parameters(3, Float.NEGATIVE_INFINITY)),
            "is not finite"),
        new Case(
            "a negative variance",
            e -> e.put(COEFFICIENTS, parameters(variance, -1)),
            "stage1-block1-1-bn_var is negative"),
        new Case("a bomb", e -> e.put("a", new byte[3 << 20]), "more than 2 MB"),
        new Case(
            "too many entries",
            e -> {
              for (int i = 0; i < 6; i++) {
                e.put("entry " + i, new byte[1]);
              }
            },
            "more than 8 entries"));
  }

  private static String vertices(int count) {
    var json = new StringBuilder("{\"vertices\": {");
    for (int i = 0; i < count; i++) {
      json.append(i == 0 ? "" : ",").append("\"v").append(i).append("\": {}");
    }
    return json.append("}}").toString();
  }

  private static String blocks(int count) {
    return vertices(count).replaceAll("v(\\d+)", "stage1-block1$1");
  }

  @ParameterizedTest
  @MethodSource
  void refused(Case bad) {
    assertThatThrownBy(() -> read(bad.zip(), bad.stackN()))
        .isInstanceOf(RefusedNetworkException.class)
        .hasMessageContaining(bad.message());
  }

  @Test
  void limitsHoldAtTheirEdges() throws IOException {
    Path file = Files.write(folder.resolve("edge.zip"), zip(sound));
    long size = sound.values().stream().mapToLong(entry -> entry.length).sum();
    int entries = sound.size();

    read(file, new ZipLimits(entries, DataSize.ofBytes(size), 1)).params().close();
    for (ZipLimits limits :
        List.of(
            new ZipLimits(entries - 1, DataSize.ofBytes(size), 1),
            new ZipLimits(entries, DataSize.ofBytes(size - 1), 1))) {
      assertThatThrownBy(() -> read(file, limits)).isInstanceOf(RefusedNetworkException.class);
    }
  }

  private static ComputationGraph read(Path file, ZipLimits limits) throws IOException {
    return UploadedNetwork.read(file, CLASSES, ImageShape.CIFAR, null, limits);
  }

  @Test
  void twoEntriesOfOneNameAreRefused() throws IOException {
    byte[] zip = changed(e -> e.put("coefficients.bim", new byte[1]));
    // The same length, so only the name changes.
    String text = new String(zip, ISO_8859_1);
    byte[] twice = text.replace("coefficients.bim", COEFFICIENTS).getBytes(ISO_8859_1);
    assertThatThrownBy(() -> read(twice, null)).hasMessageContaining("two entries");
  }

  /** Whatever is changed: the zip is read or refused. */
  @Test
  void changedBytesAreReadOrRefused() throws IOException {
    var random = new Random(1);
    byte[] whole = changed(e -> e.put(COEFFICIENTS, new byte[1000]));
    for (int i = 0; i < 100; i++) {
      byte[] damaged = whole.clone();
      for (int n = 0; n <= random.nextInt(4); n++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Throwable thrown = catchThrowable(() -> read(damaged, null));
      assertThat(thrown).isInstanceOf(RefusedNetworkException.class);
    }
    byte[] header = Arrays.copyOf(sound.get(COEFFICIENTS), 400);
    for (int i = 0; i < 100; i++) {
      byte[] damaged = header.clone();
      damaged[random.nextInt(135)] = (byte) random.nextInt();
      Throwable thrown =
          catchThrowable(() -> read(changed(e -> e.put(COEFFICIENTS, damaged)), null));
      assertThat(thrown).isInstanceOf(RefusedNetworkException.class);
    }
  }

  /** A volume that fails must not look like a bad file. */
  @Test
  void aVolumeThatFailsIsNotTheClientsFault() throws Exception {
    var disk = new Disk();
    Path file = Files.write(folder.resolve("sound.zip"), zip(sound));
    int operations =
        EveryOperation.fails(
            disk,
            Disk.Mode.ERROR,
            new EveryOperation.Work() {
              @Override
              public void run(int k) throws IOException {
                read(disk.at(file), LIMITS).params().close();
              }

              @Override
              public void check(int k, @Nullable Throwable thrown) {
                if (thrown != null) {
                  assertThat(thrown).isInstanceOf(IOException.class);
                  assertThat(VolumeFiles.errorIn(thrown)).isPresent();
                }
              }
            });
    assertThat(operations).isGreaterThan(10);
  }
}
