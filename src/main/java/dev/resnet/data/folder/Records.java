package dev.resnet.data.folder;

import java.io.IOException;

/** Labelled pictures of one shape that can be read by their position. */
interface Records {

  int count();

  int label(int i) throws IOException;

  /**
   * @param pixels filled with picture {@code i}: [size, size, 3]
   */
  void read(int i, byte[] pixels) throws IOException;

  /** Where picture {@code i} came from, for the report. */
  String origin(int i);
}
