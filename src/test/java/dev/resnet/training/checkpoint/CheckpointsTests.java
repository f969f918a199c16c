package dev.resnet.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.files.Sha256;
import dev.resnet.network.ResNetSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;

class CheckpointsTests {
  private static final String DATA = "ab".repeat(32);

  @TempDir private Path folder;
  private final ComputationGraph graph = new ResNetSpec(1, 2).initialise(1, 0.9);

  @Test
  void holdsWhatDl4jWouldWriteAndTheState() throws IOException {
    Path file = folder.resolve("dl4j.zip");
    ModelSerializer.writeModel(graph, file.toFile(), true);

    Map<String, byte[]> expected = entries(file);
    Map<String, byte[]> actual = entries(written(1).path());
    assertThat(actual.keySet())
        .containsExactlyInAnyOrder(
            "configuration.json", "coefficients.bin", "updaterState.bin", "training.json");
    expected.forEach((name, bytes) -> assertThat(actual.get(name)).as(name).isEqualTo(bytes));
  }

  private static Map<String, byte[]> entries(Path file) throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (var zip = new ZipInputStream(Files.newInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), zip.readAllBytes());
      }
    }
    return entries;
  }

  @Test
  void usesAnOlderOneIfTheStateCannotBeRead() throws IOException {
    CheckpointFile older = written(1);
    for (String state :
        List.of(
            "{ half of it",
            "[]",
            "{}",
            "{\"format\": 1}",
            "{\"format\": 1, \"epoch\": \"two\"}",
            "{\"format\": 1, \"epoch\": 2, \"dataSha256\": null}")) {
      CheckpointFile damaged = withState(written(2), state);
      assertThatThrownBy(() -> Checkpoints.state(damaged.path()))
          .as(state)
          .isInstanceOf(UnusableCheckpointException.class);
      assertThat(Checkpoints.newestValid(List.of(older, damaged), DATA).file())
          .as(state)
          .isEqualTo(older);
    }
  }

  @Test
  void refusesAFormatOfALaterVersionAndSaysWhichItReads() throws IOException {
    CheckpointFile older = written(1);
    CheckpointFile later = withState(written(2), "{\"format\": 3, \"epochs\": 2}");
    assertThatThrownBy(() -> Checkpoints.state(later.path()))
        .hasMessageEndingWith(
            "has format 3; this version of the service reads the formats 1 and 2");
    assertThat(Checkpoints.newestValid(List.of(later, older), DATA).file()).isEqualTo(older);
    assertThatThrownBy(() -> Checkpoints.newestValid(List.of(later), DATA))
        .isInstanceOf(UnusableCheckpointException.class)
        .hasMessageStartingWith("None of the checkpoints can be used (")
        .hasMessageContaining(
            "has format 3; this version of the service reads the formats 1 and 2");
  }

  @Test
  void usesAnOlderOneIfTheNetworkCannotBeRead() throws IOException {
    CheckpointFile older = written(1);
    CheckpointFile damaged = with(written(2), "configuration.json", "{\"vertices\": 7}");
    assertThat(Checkpoints.newestValid(List.of(older, damaged), DATA).file()).isEqualTo(older);
  }

  @Test
  void anUnreadableDiskIsNotReportedAsAMissingCheckpoint() throws IOException {
    // Reading a folder as a file fails like reading from a bad disk.
    Path unreadable = Files.createDirectory(folder.resolve("epoch-0002.zip"));
    var file = new CheckpointFile(2, unreadable, 1, DATA, 0.5);
    assertThatThrownBy(() -> Checkpoints.newestValid(List.of(file), DATA))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(UnusableCheckpointException.class);

    CheckpointFile older = written(1);
    assertThat(Checkpoints.newestValid(List.of(file, older), DATA).file()).isEqualTo(older);
    var missing = new CheckpointFile(3, folder.resolve("epoch-0003.zip"), 1, DATA, 0.5);
    assertThatThrownBy(() -> Checkpoints.newestValid(List.of(missing), DATA))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(UnusableCheckpointException.class)
        .hasMessageContaining("epoch-0003.zip in the folder " + folder + " is missing");
    assertThat(Checkpoints.newestValid(List.of(missing, older), DATA).file()).isEqualTo(older);
    assertThat(Checkpoints.newestValid(List.of(), DATA)).isNull();
  }

  @Test
  void waitsForAMissingOneIfTheOthersAreDamaged() throws IOException {
    CheckpointFile damaged = written(1);
    Files.writeString(damaged.path(), "half of it");
    var missing = new CheckpointFile(2, folder.resolve("epoch-0002.zip"), 1, DATA, 0.5);
    assertThatThrownBy(() -> Checkpoints.newestValid(List.of(damaged, missing), DATA))
        .isNotInstanceOf(UnusableCheckpointException.class)
        .hasMessageContaining("epoch-0002.zip");
  }

  @Test
  void saysWhyEachIsUnusableIfAllAre() throws IOException {
    CheckpointFile damaged = written(1);
    Files.writeString(damaged.path(), "half of it");
    CheckpointFile ofOtherImages = written(2);
    assertThatThrownBy(
            () -> Checkpoints.newestValid(List.of(damaged, ofOtherImages), "cd".repeat(32)))
        .isInstanceOf(UnusableCheckpointException.class)
        .hasMessageContaining("epoch-0001.zip is damaged")
        .hasMessageContaining("epoch-0002.zip was trained on other images");
  }

  @Test
  void aFailureOfTheNativeLibrariesIsNotReportedAsADamagedFile() throws IOException {
    CheckpointFile older = written(1);
    CheckpointFile newest = written(2);
    try (var serializer = Mockito.mockStatic(ModelSerializer.class)) {
      serializer
          .when(() -> ModelSerializer.restoreComputationGraph(newest.path().toFile(), true))
          .thenThrow(new IllegalStateException("Cannot allocate 12 MB"));
      assertThatThrownBy(() -> Checkpoints.newestValid(List.of(older, newest), DATA))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Cannot allocate 12 MB");
    }
  }

  @Test
  void aCheckpointWithinAnEpochIsReadToTheBitAndComesAfterTheEpoch() throws IOException {
    CheckpointFile end = written(1);
    var partial = new PartialEpoch(7, 112, 0.1 + 0.2 + 1e-17, 33, 1.0 / 3);
    CheckpointFile within = written(1, partial);
    assertThat(within.path()).hasFileName("epoch-0001-step-000007.zip");
    assertThat(entries(end.path()).keySet()).isEqualTo(entries(within.path()).keySet());
    assertThat(new String(entries(end.path()).get("training.json"), StandardCharsets.UTF_8))
        .contains("\"format\" : 1,")
        .doesNotContain("partial");

    var restored = Checkpoints.newestValid(List.of(within, end), DATA);
    assertThat(restored.file()).isEqualTo(within);
    assertThat(restored.partial()).isEqualTo(partial);
    assertThat(restored.state().epoch()).isEqualTo(1);
    assertThat(Checkpoints.newestValid(List.of(within, end, written(2)), DATA).partial()).isNull();
    CheckpointFile without = withState(within, "{\"format\": 2, \"epoch\": 1}");
    assertThat(Checkpoints.newestValid(List.of(without, end), DATA).file()).isEqualTo(end);
  }

  private CheckpointFile written(int epoch) throws IOException {
    return written(epoch, null);
  }

  private CheckpointFile written(int epoch, @Nullable PartialEpoch partial) throws IOException {
    float[] channels = {0.5f, 0.5f, 0.5f};
    var state =
        new TrainingState(
            partial == null ? TrainingState.FORMAT : TrainingState.FORMAT_WITHIN_EPOCH,
            epoch,
            10L * epoch,
            1,
            1,
            "any",
            DATA,
            List.of("cat", "dog"),
            channels,
            channels,
            "dl4j",
            "float32",
            List.of(),
            List.of());
    return new Checkpoints(folder).write(graph, state, partial, 0.5);
  }

  private static CheckpointFile withState(CheckpointFile file, String state) throws IOException {
    return with(file, "training.json", state);
  }

  /** Replaces an entry of the checkpoint. */
  private static CheckpointFile with(CheckpointFile file, String entry, String content)
      throws IOException {
    try (var zip = FileSystems.newFileSystem(file.path())) {
      Files.writeString(zip.getPath(entry), content);
    }
    return new CheckpointFile(
        file.epoch(),
        file.step(),
        file.path(),
        Files.size(file.path()),
        Sha256.of(file.path()),
        file.testAccuracy());
  }
}
