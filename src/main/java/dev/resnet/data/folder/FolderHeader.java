package dev.resnet.data.folder;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.resnet.data.DamagedDatasetException;
import dev.resnet.files.Sha256;
import dev.resnet.files.VolumeFiles;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.ResizePolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file {@code dataset.json} of a data set's folder: everything but the pictures. It does not
 * name the data set, so equal content has equal files under every name.
 *
 * @param format of the folder
 * @param sha256 of the content: classes, shape, policy, and the pictures in their order with their
 *     labels; the version's id
 * @param classes names by index
 * @param size width and height of the pictures
 * @param mean of the training pictures, each of three values in [0, 1]
 * @param standardDeviation in (0, 1]
 */
public record FolderHeader(
    int format,
    String sha256,
    List<String> classes,
    int size,
    ResizePolicy resize,
    double testFraction,
    long seed,
    boolean strict,
    Part train,
    Part test,
    List<Float> mean,
    List<Float> standardDeviation,
    FolderReport report) {

  static final int FORMAT = 1;
  static final String FILE = "dataset.json";

  /** Bytes; a thousand classes and full lists take a tenth. */
  private static final long LONGEST = 8 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  /**
   * The record file of one split.
   *
   * @param pictures their number
   */
  public record Part(int pictures, String sha256) {}

  public FolderHeader {
    classes = List.copyOf(classes);
    mean = List.copyOf(mean);
    standardDeviation = List.copyOf(standardDeviation);
  }

  /**
   * Reads {@code dataset.json} alone, which is cheap.
   *
   * @throws DamagedDatasetException if it is missing or not what was written
   */
  public static FolderHeader read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    try {
      if (Files.size(file) > LONGEST) {
        throw damaged(file, "is too large", null);
      }
      FolderHeader header = JSON.readValue(VolumeFiles.bytes(file), FolderHeader.class);
      if (header.format != FORMAT) {
        throw new DamagedDatasetException(
            "%s has the format %d, but this version of the service reads %d"
                .formatted(file, header.format, FORMAT));
      }
      if (!header.contentSha256().equals(header.sha256)) {
        throw damaged(file, "does not fit its checksum", null);
      }
      return header;
    } catch (NoSuchFileException e) {
      throw damaged(file, "is missing", e);
    } catch (JacksonException | IllegalArgumentException e) {
      throw damaged(file, "can't be read", e);
    }
  }

  static DamagedDatasetException damaged(Path file, String how, @Nullable Exception cause) {
    String message =
        "%s %s. Delete the data set and upload it again, or restore the file from a backup."
            .formatted(file, how);
    return cause == null
        ? new DamagedDatasetException(message)
        : new DamagedDatasetException(message, cause);
  }

  byte[] json() {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
  }

  @JsonIgnore
  public ImageShape shape() {
    return new ImageShape(size);
  }

  @JsonIgnore
  public Normalization normalization() {
    return new Normalization(floats(mean), floats(standardDeviation));
  }

  private static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  String contentSha256() {
    return contentSha256(classes, size, resize, train, test);
  }

  /** Each file's digest covers its pictures, their order and their labels. */
  static String contentSha256(
      List<String> classes, int size, ResizePolicy resize, Part train, Part test) {
    var text = new StringBuilder("pictures by class, format %d\n".formatted(FORMAT));
    text.append("%d %s\n".formatted(size, resize.wireName()));
    text.append("%d %s\n".formatted(train.pictures, train.sha256));
    text.append("%d %s\n".formatted(test.pictures, test.sha256));
    classes.forEach(name -> text.append(name).append('\n')); // no name has a line break
    return Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
