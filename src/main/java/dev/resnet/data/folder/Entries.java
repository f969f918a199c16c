package dev.resnet.data.folder;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of an archive. They are numbered from 0 in the order in which it lists them. */
sealed interface Entries extends Closeable permits ZipEntries, TarEntries {

  /** Visits every entry once. */
  void walk(Visitor visitor) throws IOException;

  /**
   * The files of these entries. Files come in the archive's order, or in any order where several
   * threads ask.
   *
   * @param entries their numbers, ascending
   * @param longest bytes of a file; longer ones come without their bytes
   */
  PictureFiles read(List<Integer> entries, long longest) throws IOException;

  @FunctionalInterface
  interface Visitor {
    void visit(Entry entry) throws IOException;
  }

  /**
   * @param name as the archive writes it
   */
  record Entry(int number, String name, boolean folder, Head head) {}

  /** Unpacks the first {@link FileKind#HEAD} bytes of a file. */
  @FunctionalInterface
  interface Head {
    byte[] read() throws IOException;
  }

  /** Hands out files, each once. Any number of threads may ask. */
  interface PictureFiles extends Closeable {

    /** The next file; null after the last. */
    @Nullable PictureFile next() throws IOException;
  }

  /**
   * @param bytes null if there are too many
   */
  record PictureFile(int entry, byte @Nullable [] bytes) {}
}
