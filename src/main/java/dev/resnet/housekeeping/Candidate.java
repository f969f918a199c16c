package dev.resnet.housekeeping;

import java.io.IOException;

/** Something that can be deleted, and how. */
record Candidate(Kind kind, String name, long bytes, Deletion deletion) {

  /** Returns false if it is in use by now. */
  @FunctionalInterface
  interface Deletion {
    boolean run() throws IOException;
  }

  Item item() {
    return new Item(kind.wireName(), name, bytes);
  }
}
