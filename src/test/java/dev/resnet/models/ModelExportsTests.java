package dev.resnet.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.onnx.OnnxInput;
import dev.resnet.files.Disk;
import dev.resnet.files.Disk.Mode;
import dev.resnet.files.EveryOperation;
import dev.resnet.files.Sha256;
import dev.resnet.models.ExportRefusedException.Reason;
import dev.resnet.models.ModelExports.Exported;
import dev.resnet.models.ModelFiles.Stored;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An ONNX model is written once, completely or not at all, and goes with its version. */
class ModelExportsTests {
  private static final String CONTENT = "an ONNX model ".repeat(1000);

  @TempDir private Path models;
  private final AtomicInteger exports = new AtomicInteger();
  private Runnable whileExporting = () -> {};
  private Consumer<ModelVersion> requirement = version -> {};
  private ModelVersion version;
  private Path folder;

  @BeforeEach
  void register() throws IOException {
    folder = models.resolve("net/20261126T120000Z-0badcafe");
    Files.createDirectories(folder);
    Path zip = Files.writeString(folder.resolve("model.zip"), "a DL4J zip");
    String file = models.relativize(zip).toString();
    version =
        ModelVersion.of(
            TrainedModels.of(zip, "net", "job-1"),
            3,
            new Stored(file, Files.size(zip), Sha256.of(zip)),
            Instant.EPOCH,
            "");
  }

  private ModelExports exports() {
    return exports(models);
  }

  private ModelExports exports(Path root) {
    return new ModelExports(root, found -> requirement.accept(found), this::export);
  }

  private void export(ModelVersion of, Path modelZip, OnnxInput input, OutputStream out)
      throws IOException {
    exports.incrementAndGet();
    whileExporting.run();
    out.write(content(input));
  }

  private static byte[] content(OnnxInput input) {
    return (CONTENT + input).getBytes(StandardCharsets.UTF_8);
  }

  private static void assertComplete(Exported exported, OnnxInput input) throws IOException {
    assertThat(exported.file()).hasBinaryContent(content(input));
    assertThat(exported.size()).isEqualTo(content(input).length);
    assertThat(exported.sha256()).isEqualTo(Sha256.of(content(input)));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> listing = Files.list(folder)) {
      return listing.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aModelIsExportedOnceAndKept() throws IOException {
    for (OnnxInput input : OnnxInput.values()) {
      assertComplete(exports().onnx(version, input), input);
      assertComplete(exports().onnx(version, input), input); // after a restart
    }
    assertThat(exports).hasValue(2);
    assertThat(files())
        .containsExactly(
            "model-uint8.onnx",
            "model-uint8.onnx.sha256",
            "model.onnx",
            "model.onnx.sha256",
            "model.zip");
    assertThat(folder.resolve("model.onnx.sha256"))
        .hasContent(Sha256.of(content(OnnxInput.FLOAT32)) + "  model.onnx\n");
  }

  @Test
  void whatIsDamagedIsExportedAgain() throws IOException {
    ModelExports process = exports();
    Path model = process.onnx(version, OnnxInput.FLOAT32).file();
    Path sum = folder.resolve("model.onnx.sha256");
    String right = Files.readString(sum);
    int expected = 1;
    for (String damaged : List.of("", CONTENT + "FLOAT31")) {
      Files.writeString(model, damaged);
      assertComplete(process.onnx(version, OnnxInput.FLOAT32), OnnxInput.FLOAT32);
      assertThat(exports).hasValue(++expected);
    }
    for (String other : List.of("", "x".repeat(64) + "  model.onnx\n", "0".repeat(64) + "  a\n")) {
      Files.writeString(sum, other);
      assertComplete(process.onnx(version, OnnxInput.FLOAT32), OnnxInput.FLOAT32);
      assertThat(exports).hasValue(++expected);
      assertThat(sum).hasContent(right);
    }
    Files.delete(sum);
    assertComplete(process.onnx(version, OnnxInput.FLOAT32), OnnxInput.FLOAT32);
    assertThat(exports).hasValue(++expected);
  }

  @Test
  void twoRequestsAtTheSameTimeGetOneExport() throws Exception {
    ModelExports process = exports();
    var begun = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    whileExporting =
        () -> {
          begun.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    ExecutorService clients = Executors.newFixedThreadPool(2);
    try {
      Future<Exported> first = clients.submit(() -> process.onnx(version, OnnxInput.UINT8));
      begun.await();
      Future<Exported> second = clients.submit(() -> process.onnx(version, OnnxInput.UINT8));
      go.countDown();
      assertThat(first.get()).isEqualTo(second.get());
      assertComplete(first.get(), OnnxInput.UINT8);
    } finally {
      clients.shutdownNow();
    }
    assertThat(exports).hasValue(1);
  }

  @Test
  void aVersionThatIsDeletedMeanwhileLeavesNothing() {
    requirement =
        gone -> {
          throw new UnknownModelException("Model 'net' has no version 3.");
        };
    assertThatThrownBy(() -> exports().onnx(version, OnnxInput.FLOAT32))
        .isInstanceOf(UnknownModelException.class);
    assertThat(folder).doesNotExist();
  }

  @Test
  void aDamagedVersionIsNotExported() throws IOException {
    Path zip = folder.resolve("model.zip");
    Files.writeString(zip, "a DL4J zap");
    refused("has the SHA-256");
    Files.delete(zip);
    refused("is missing");
    assertThat(exports).hasValue(0);
    assertThat(files()).isEmpty();
  }

  private void refused(String how) {
    ModelExports process = exports();
    for (Runnable export :
        List.<Runnable>of(
            () -> process.dl4j(version), () -> process.onnx(version, OnnxInput.FLOAT32))) {
      assertThatThrownBy(export::run)
          .isInstanceOfSatisfying(
              ExportRefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED))
          .hasMessageStartingWith("The file of model 'net' version 3 " + how)
          .hasMessageContaining("restore it from a backup");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whicheverOperationFailsNothingIncompleteIsSentOrLeft(Mode mode) throws Exception {
    var disk = new Disk();
    int operations =
        EveryOperation.fails(
            disk,
            mode,
            new EveryOperation.Work() {
              @Override
              public void prepare(int k) throws IOException {
                for (String file : files()) {
                  if (!file.equals("model.zip")) {
                    Files.delete(folder.resolve(file));
                  }
                }
              }

              @Override
              public void run(int k) {
                exports(disk.at(models)).onnx(version, OnnxInput.FLOAT32);
              }

              @Override
              public void check(int k, @Nullable Throwable thrown) throws IOException {
                if (thrown != null && mode == Mode.NO_SPACE) {
                  assertThat(thrown)
                      .isInstanceOfSatisfying(
                          ExportRefusedException.class,
                          e -> assertThat(e.reason()).isEqualTo(Reason.NO_ROOM));
                }
                if (thrown != null && mode != Mode.DEATH) {
                  assertThat(files()).containsExactly("model.zip");
                }
                assertComplete(
                    exports(disk.at(models)).onnx(version, OnnxInput.FLOAT32), OnnxInput.FLOAT32);
              }
            });
    assertThat(operations).isGreaterThan(mode == Mode.NO_SPACE ? 3 : 10);
  }
}
