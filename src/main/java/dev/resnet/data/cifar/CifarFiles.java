package dev.resnet.data.cifar;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Where the files of a CIFAR data set lie: unpacked, or still in their archive. */
sealed interface CifarFiles permits CifarDirectory, CifarArchive {

  CifarFormat format();

  /** Takes the content of one file. */
  @FunctionalInterface
  interface Visitor {
    void visit(String file, InputStream content) throws IOException;
  }

  /** Bytes of each file of records that is there. */
  Map<String, Long> sizes() throws IOException;

  /**
   * Hands each of the format's files that is there to {@code visitor}, in whatever order they lie.
   */
  void forEach(Visitor visitor) throws IOException;

  /** A file's place, as error messages name it. */
  String place(String file);
}
