package dev.resnet.training.checkpoint;

import dev.resnet.engine.Engines;
import dev.resnet.engine.NotFinite;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.Sha256;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one training run: plain DL4J model zips with a {@code training.json} added, so
 * that any DL4J program can load them.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  /** DL4J's description of the network. */
  private static final String CONFIGURATION = "configuration.json";

  /** Bytes. nd4j writes one number at a time. */
  private static final int BUFFER = 1 << 16;

  private final Path folder;

  public Checkpoints(Path folder) {
    this.folder = folder;
  }

  /**
   * A checkpoint that has been read back.
   *
   * @param partial null at the end of an epoch
   */
  public record Restored(
      CheckpointFile file,
      ComputationGraph graph,
      TrainingState state,
      @Nullable PartialEpoch partial) {}

  /**
   * Writes parameters, optimiser state and training state at the end of an epoch. The file is
   * written atomically.
   *
   * @param testAccuracy test accuracy of the epoch
   */
  public CheckpointFile write(ComputationGraph graph, TrainingState state, double testAccuracy)
      throws IOException {
    return write(graph, state, null, testAccuracy);
  }

  /**
   * The same within an epoch.
   *
   * @param partial null at the end of an epoch
   * @param testAccuracy test accuracy of the last completed epoch
   */
  public CheckpointFile write(
      ComputationGraph graph,
      TrainingState state,
      @Nullable PartialEpoch partial,
      double testAccuracy)
      throws IOException {
    int step = partial == null ? 0 : partial.steps();
    String name =
        partial == null
            ? "epoch-%04d.zip".formatted(state.epoch())
            : "epoch-%04d-step-%06d.zip".formatted(state.epoch(), step);
    AtomicFiles.Written written =
        AtomicFiles.write(
            folder.resolve(name),
            out -> {
              try (var zip = new ZipOutputStream(out)) {
                writeModel(graph, zip);
                byte[] json = StateEntry.json(state, partial);
                writeEntry(zip, StateEntry.NAME, entry -> entry.write(json));
              }
            });
    return new CheckpointFile(
        state.epoch(), step, written.path(), written.size(), written.sha256(), testAccuracy);
  }

  /**
   * The entries that {@link ModelSerializer} writes. It compresses all of them, which for floats
   * saves a twelfth of their size and takes far longer than the rest of the checkpoint.
   */
  private static void writeModel(ComputationGraph graph, ZipOutputStream zip) throws IOException {
    byte[] configuration = graph.getConfiguration().toJson().getBytes(StandardCharsets.UTF_8);
    writeEntry(zip, CONFIGURATION, entry -> entry.write(configuration));
    INDArray optimiserState = graph.getUpdater().getStateViewArray();
    zip.setLevel(Deflater.NO_COMPRESSION);
    writeEntry(zip, ModelSerializer.COEFFICIENTS_BIN, entry -> Nd4j.write(graph.params(), entry));
    writeEntry(zip, ModelSerializer.UPDATER_BIN, entry -> Nd4j.write(optimiserState, entry));
    zip.setLevel(Deflater.DEFAULT_COMPRESSION);
  }

  private interface Entry {
    void writeTo(DataOutputStream out) throws IOException;
  }

  private static void writeEntry(ZipOutputStream zip, String name, Entry content)
      throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    var out = new DataOutputStream(new BufferedOutputStream(zip, BUFFER));
    content.writeTo(out);
    out.flush();
    zip.closeEntry();
  }

  /**
   * The newest of {@code candidates} that exists, is undamaged and finite, and was trained on the
   * same data. Null only if there are no candidates: a restart from the beginning must not silently
   * discard them.
   *
   * @param dataSha256 of the images that will be trained on
   * @throws UnusableCheckpointException if all exist but none can be used
   * @throws IOException if none is valid and one is missing or can't be read; it may be valid once
   *     its volume is back
   */
  public static @Nullable Restored newestValid(List<CheckpointFile> candidates, String dataSha256)
      throws IOException {
    List<CheckpointFile> newestFirst = new ArrayList<>(candidates);
    newestFirst.sort(CheckpointFile.BY_POSITION.reversed());
    IOException unread = null;
    List<String> unusable = new ArrayList<>();
    for (CheckpointFile file : newestFirst) {
      try {
        return usable(file, dataSha256);
      } catch (UnusableCheckpointException e) {
        LOG.warn("{}: trying an older one", e.getMessage(), e.getCause());
        unusable.add(e.getMessage());
      } catch (IOException e) {
        LOG.warn("{} can't be read ({}): trying an older one", file.path(), e.toString());
        if (unread == null) {
          unread = outOfReach(file.path(), e);
        }
      }
    }
    if (unread != null) {
      throw unread;
    }
    if (!unusable.isEmpty()) {
      throw new UnusableCheckpointException(
          "None of the checkpoints can be used (%s).".formatted(String.join("; ", unusable)));
    }
    return null;
  }

  private static IOException outOfReach(Path file, IOException cause) {
    String what =
        cause instanceof NoSuchFileException
            ? "is missing"
            : "can't be read (%s)".formatted(cause.getMessage());
    return new IOException(
        "%s in the folder %s %s. Check that the volume is mounted and that no file is missing."
            .formatted(file.getFileName(), file.toAbsolutePath().getParent(), what),
        cause);
  }

  private static Restored usable(CheckpointFile file, String dataSha256) throws IOException {
    String sha256 = Sha256.of(file.path());
    if (!sha256.equals(file.sha256())) {
      throw new UnusableCheckpointException(
          "%s is damaged (SHA-256 %s)".formatted(file.path(), sha256));
    }
    StateEntry entry = StateEntry.read(file.path());
    TrainingState state = entry.state();
    if (!state.dataSha256().equals(dataSha256)) {
      throw new UnusableCheckpointException(file.path() + " was trained on other images");
    }
    ComputationGraph graph = restored(file.path());
    Optional<String> notFinite = notFinite(graph, state);
    if (notFinite.isPresent()) {
      throw new UnusableCheckpointException(
          "%s: %s is not finite".formatted(file.path(), notFinite.get()));
    }
    return new Restored(file, graph, state, entry.partial());
  }

  /** Earlier versions of this service kept checkpoints of diverged runs. */
  private static Optional<String> notFinite(ComputationGraph graph, TrainingState state) {
    boolean measured = state.history().isEmpty() || state.latest().isFinite();
    return measured ? NotFinite.in(graph) : Optional.of("the loss");
  }

  private static ComputationGraph restored(Path file) throws IOException {
    requireConfiguration(file);
    // The file is intact, so any failure from here on lies in this process, in its memory or its
    // native libraries.
    return graph(file, true);
  }

  private static void requireConfiguration(Path file) throws IOException {
    try (var zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(CONFIGURATION);
      if (entry == null) {
        throw new UnusableCheckpointException(file + " has no " + CONFIGURATION);
      }
      String json;
      try (var in = zip.getInputStream(entry)) {
        json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      try {
        ComputationGraphConfiguration.fromJson(json);
      } catch (RuntimeException e) { // DL4J has no specific exception type
        throw new UnusableCheckpointException(file + " contains no readable network", e);
      }
    }
  }

  /** The network of a checkpoint or an exported model. */
  public static ComputationGraph graph(Path file, boolean withOptimiserState) throws IOException {
    Engines.requireUsable();
    return ModelSerializer.restoreComputationGraph(file.toFile(), withOptimiserState);
  }

  /**
   * The training state in a checkpoint.
   *
   * @throws UnusableCheckpointException if it has none that this version can read
   */
  public static TrainingState state(Path file) throws IOException {
    return StateEntry.read(file).state();
  }
}
