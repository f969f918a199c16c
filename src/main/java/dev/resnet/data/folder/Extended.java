package dev.resnet.data.folder;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/** The records of a file, and the added pictures of its split after them. */
record Extended(RecordFile old, int[] chosen, List<AddedPicture> added, List<byte[]> pixels)
    implements Records {

  static Extended of(RecordFile old, Split split, List<AddedPicture> added, List<byte[]> pixels) {
    int[] chosen =
        IntStream.range(0, added.size()).filter(i -> added.get(i).split() == split).toArray();
    return new Extended(old, chosen, added, pixels);
  }

  @Override
  public int count() {
    return old.count() + chosen.length;
  }

  @Override
  public int label(int i) throws IOException {
    return i < old.count() ? old.label(i) : added.get(index(i)).label();
  }

  @Override
  public void read(int i, byte[] into) throws IOException {
    if (i < old.count()) {
      old.read(i, into);
    } else {
      System.arraycopy(pixels.get(index(i)), 0, into, 0, into.length);
    }
  }

  @Override
  public String origin(int i) {
    return i < old.count() ? old.origin(i) : added.get(index(i)).name();
  }

  private int index(int i) {
    return chosen[i - old.count()];
  }
}
