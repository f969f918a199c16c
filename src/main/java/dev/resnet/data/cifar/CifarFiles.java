package dev.resnet.data.cifar;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The files of a CIFAR data set: unpacked, or still in their archive. */
sealed interface CifarFiles permits CifarDirectory, CifarArchive {

  CifarFormat format();

  /** Reads the content of one file. */
  @FunctionalInterface
  interface Visitor {
    void visit(String file, InputStream content) throws IOException;
  }

  /** Size in bytes of each record file that exists. */
  Map<String, Long> sizes() throws IOException;

  /**
   * Passes each of the format's files that exists to {@code visitor}, in the order in which they
   * are stored.
   */
  void forEach(Visitor visitor) throws IOException;

  /** A file's location, for error messages. */
  String place(String file);
}
