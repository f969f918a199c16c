package dev.resnet.data.upload;

import dev.resnet.data.Dataset;
import dev.resnet.data.ImageReader;
import dev.resnet.data.folder.AddedPicture;
import dev.resnet.data.folder.ArchiveLimits;
import dev.resnet.data.folder.FolderConversion;
import dev.resnet.data.folder.FolderDataset;
import dev.resnet.data.folder.FolderImages;
import dev.resnet.data.folder.PictureArchive;
import dev.resnet.data.folder.Split;
import dev.resnet.data.folder.UploadOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleConsumer;

/** The pictures of real archives, decoded on all processors. */
final class PictureArchives implements PictureFolders {
  private final FolderConversion conversion;
  private final ArchiveLimits limits;

  PictureArchives(FolderConversion conversion, ArchiveLimits limits) {
    this.conversion = conversion;
    this.limits = limits;
  }

  @Override
  public void check(Path archive) throws IOException {
    PictureArchive.open(archive, limits).close();
  }

  @Override
  public Description convert(
      Path archive, UploadOptions options, Path folder, DoubleConsumer progress)
      throws IOException {
    try (PictureArchive opened = PictureArchive.open(archive, limits)) {
      return Description.of(
          conversion.convert(
              opened,
              options,
              folder,
              Runtime.getRuntime().availableProcessors(),
              (share, pictures) -> progress.accept(share)));
    }
  }

  @Override
  public Description extend(Path old, List<AddedPicture> added, Path folder) throws IOException {
    return Description.of(conversion.extended(old, added, folder));
  }

  @Override
  public Dataset read(String name, Path folder) throws IOException {
    return FolderDataset.read(folder, name);
  }

  @Override
  public ImageReader open(Path folder, Split split) throws IOException {
    return FolderImages.open(folder, split);
  }
}
