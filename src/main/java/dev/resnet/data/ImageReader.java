package dev.resnet.data;

import dev.resnet.pictures.ImageShape;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The images of one split in their order, a few at a time, so that a set of any size takes little
 * memory. For one thread.
 */
public interface ImageReader extends Closeable {

  /** The class names by index. */
  List<String> classes();

  /** Of every image. */
  ImageShape shape();

  /** Of the whole data set, see {@link Dataset#sha256()}. */
  String sha256();

  /** Images in the split. */
  int count();

  /**
   * The next images, none after the last. What was read counts only once the last one has been
   * read: then the checksum is compared.
   *
   * @param most how many to read, unless fewer are left
   * @throws DamagedDatasetException if the files are not as they were written
   */
  ImageSet next(int most) throws IOException;

  /** A split of a data set in memory. */
  static ImageReader of(Dataset dataset, ImageSet images) {
    return new ImageReader() {
      private int at;

      @Override
      public List<String> classes() {
        return dataset.classes();
      }

      @Override
      public ImageShape shape() {
        return images.shape();
      }

      @Override
      public String sha256() {
        return dataset.sha256();
      }

      @Override
      public int count() {
        return images.count();
      }

      @Override
      public ImageSet next(int most) {
        int from = at;
        at = Math.min(images.count(), from + most);
        int size = images.shape().values();
        return new ImageSet(
            images.shape(),
            Arrays.copyOfRange(images.pixels(), from * size, at * size),
            Arrays.copyOfRange(images.labels(), from, at));
      }

      @Override
      public void close() {}
    };
  }
}
