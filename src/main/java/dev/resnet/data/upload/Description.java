package dev.resnet.data.upload;

import dev.resnet.data.DatasetInfo;
import dev.resnet.data.DatasetInfo.Status;
import dev.resnet.data.folder.FolderHeader;
import dev.resnet.data.folder.FolderReport;
import dev.resnet.data.folder.UploadOptions;
import dev.resnet.data.upload.DatasetRows.Row;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.ResizePolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a version holds, as in its row.
 *
 * @param size width and height of every image
 * @param mean of each channel of the training images, 0 to 1
 */
record Description(
    String sha256,
    List<String> classes,
    int size,
    ResizePolicy resize,
    int train,
    int test,
    float[] mean,
    float[] standardDeviation,
    FolderReport report) {
  static final JsonMapper JSON = JsonMapper.shared();

  static Description of(FolderHeader header) {
    Normalization normalization = header.normalization();
    return new Description(
        header.sha256(),
        header.classes(),
        header.size(),
        header.resize(),
        header.train().pictures(),
        header.test().pictures(),
        normalization.mean(),
        normalization.standardDeviation(),
        header.report());
  }

  static Description read(String json) {
    return JSON.readValue(json, Description.class);
  }

  String json() {
    return JSON.writeValueAsString(this);
  }

  /** A data set as its rows describe it. */
  static DatasetInfo info(Row row) {
    StoredVersion version = row.version();
    Upload upload = row.upload();
    DatasetInfo.Upload last =
        upload == null
            ? null
            : new DatasetInfo.Upload(
                upload.isConverting(), upload.progress(), upload.error(), upload.createdAt());
    if (version != null) {
      return read(version.description()).ready(version, last);
    }
    boolean converting = upload != null && upload.isConverting();
    UploadOptions options =
        upload == null ? null : JSON.readValue(upload.options(), UploadOptions.class);
    return new DatasetInfo(
        row.name(),
        List.of(),
        options == null ? ImageShape.CIFAR : options.shape(),
        options == null ? ResizePolicy.CROP : options.resize(),
        0,
        0,
        converting ? Status.CONVERTING : Status.FAILED,
        null,
        null,
        converting ? upload.progress() : null,
        upload == null ? null : upload.error(),
        new DatasetInfo.Uploaded(row.createdAt(), last));
  }

  private DatasetInfo ready(StoredVersion version, DatasetInfo.@Nullable Upload last) {
    return new DatasetInfo(
        version.name(),
        classes,
        new ImageShape(size),
        resize,
        train,
        test,
        Status.READY,
        new Normalization(mean, standardDeviation),
        sha256,
        null,
        null,
        new DatasetInfo.Uploaded(version.createdAt(), last));
  }
}
