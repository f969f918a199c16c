package dev.resnet.data.upload;

import dev.resnet.data.Dataset;
import dev.resnet.data.ImageReader;
import dev.resnet.data.folder.AddedPicture;
import dev.resnet.data.folder.RefusedArchiveException;
import dev.resnet.data.folder.Split;
import dev.resnet.data.folder.UploadOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleConsumer;

/** Archives of pictures and the folders that they become, as {@code data.folder} makes them. */
interface PictureFolders {

  /**
   * Looks at an archive without reading its pictures.
   *
   * @throws RefusedArchiveException if it can't become a data set
   */
  void check(Path archive) throws IOException;

  /**
   * Makes a finished folder, which takes minutes for large archives.
   *
   * @param folder does not exist yet
   * @param progress gets the finished part, 0 to 1; whatever it throws ends the conversion
   * @return what the folder holds
   * @throws RefusedArchiveException if the archive can't become a data set
   */
  Description convert(Path archive, UploadOptions options, Path folder, DoubleConsumer progress)
      throws IOException;

  /**
   * Makes a folder of another one and further pictures.
   *
   * @throws RefusedArchiveException if a picture can't be read
   */
  Description extend(Path old, List<AddedPicture> added, Path folder) throws IOException;

  /** Reads a finished folder. */
  Dataset read(String name, Path folder) throws IOException;

  /** Reads one split of a finished folder little by little. */
  ImageReader open(Path folder, Split split) throws IOException;
}
