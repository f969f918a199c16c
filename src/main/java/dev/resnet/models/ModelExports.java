package dev.resnet.models;

import dev.resnet.engine.onnx.OnnxInput;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.FullVolume;
import dev.resnet.files.VerifiedFiles;
import dev.resnet.files.VolumeFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files in which versions leave the service. An ONNX model is written when it is first asked
 * for and kept in the version's folder, beside a file with its SHA-256, which is written last: a
 * model without it, or that differs from it, is written again. Both are deleted with the version,
 * and no backup contains them.
 */
public final class ModelExports {
  private static final Logger log = LoggerFactory.getLogger(ModelExports.class);

  /** As sha256sum writes it: digest, two spaces, name. */
  private static final Pattern SUM = Pattern.compile("([0-9a-f]{64})  \\S+\n");

  private final Path models;
  private final Consumer<ModelVersion> requirement;
  private final OnnxExport onnx;
  private final VerifiedFiles verified = new VerifiedFiles();

  /** One export at a time, of any version, so that only one more network is in memory. */
  private final ReentrantLock exporting = new ReentrantLock();

  /**
   * @param requirement throws an UnknownModelException for a version that is deleted
   */
  ModelExports(Path models, Consumer<ModelVersion> requirement, OnnxExport onnx) {
    this.models = models;
    this.requirement = requirement;
    this.onnx = onnx;
  }

  /**
   * A complete file.
   *
   * @param size in bytes
   * @param sha256 of its content, lower-case hex
   */
  public record Exported(Path file, long size, String sha256) {}

  /**
   * The DL4J zip of a version.
   *
   * @throws ExportRefusedException if it is damaged
   */
  public Exported dl4j(ModelVersion version) {
    Path file = models.resolve(version.file());
    requireUndamaged(version, file);
    return new Exported(file, version.size(), version.sha256());
  }

  /**
   * The version as an ONNX model.
   *
   * @throws ExportRefusedException if the version is damaged or the volume is full
   * @throws UnknownModelException if the version is deleted meanwhile
   */
  public Exported onnx(ModelVersion version, OnnxInput input) {
    Path file = models.resolve(version.file()).resolveSibling(name(input));
    try {
      Optional<Exported> present = present(file);
      if (present.isPresent()) {
        return present.get();
      }
      exporting.lock();
      try {
        // Another request may have written it meanwhile.
        present = present(file);
        return present.isPresent() ? present.get() : write(version, input, file);
      } finally {
        exporting.unlock();
      }
    } catch (IOException e) {
      if (FullVolume.isCauseOf(e)) {
        throw ExportRefusedException.noRoom(version, e);
      }
      throw new UncheckedIOException(e);
    }
  }

  private static String name(OnnxInput input) {
    return switch (input) {
      case FLOAT32 -> "model.onnx";
      case UINT8 -> "model-uint8.onnx";
    };
  }

  private static Path sum(Path file) {
    return file.resolveSibling(file.getFileName() + ".sha256");
  }

  /** The file, if it is there and undamaged. */
  private Optional<Exported> present(Path file) throws IOException {
    try {
      var sum = SUM.matcher(new String(VolumeFiles.bytes(sum(file)), StandardCharsets.UTF_8));
      if (!sum.matches()) {
        return Optional.empty();
      }
      String sha256 = sum.group(1);
      long size = Files.size(file);
      Optional<String> damage = verified.damage(file, size, sha256);
      if (damage.isPresent()) {
        log.warn("{} {}; it is written again", file, damage.get());
        return Optional.empty();
      }
      return Optional.of(new Exported(file, size, sha256));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private Exported write(ModelVersion version, OnnxInput input, Path file) throws IOException {
    Path zip = models.resolve(version.file());
    requireUndamaged(version, zip);
    try {
      var written = AtomicFiles.write(file, out -> onnx.write(version, zip, input, out));
      byte[] sum =
          "%s  %s\n"
              .formatted(written.sha256(), file.getFileName())
              .getBytes(StandardCharsets.UTF_8);
      AtomicFiles.write(sum(file), out -> out.write(sum));
      requirePresent(version);
      return new Exported(file, written.size(), written.sha256());
    } catch (IOException | RuntimeException e) {
      discard(file, e);
      throw e;
    }
  }

  private static void discard(Path file, Exception failure) {
    for (Path each : new Path[] {sum(file), file}) {
      try {
        Files.deleteIfExists(each);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /**
   * Deletion removes the row, then the folder. If the row is still there, our files are deleted
   * with the folder; if not, the folder may be gone already, and our files made a new one.
   */
  private void requirePresent(ModelVersion version) {
    try {
      requirement.accept(version);
    } catch (UnknownModelException e) {
      new ModelFiles(models, NetworkCheck::finite).delete(version);
      throw e;
    }
  }

  private void requireUndamaged(ModelVersion version, Path zip) {
    try {
      Optional<String> damage = verified.damage(zip, version.size(), version.sha256());
      if (damage.isPresent()) {
        log.error("{} is damaged: it {}", zip, damage.get());
        throw ExportRefusedException.damaged(version, damage.get(), null);
      }
    } catch (NoSuchFileException e) {
      throw ExportRefusedException.damaged(version, "is missing", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
