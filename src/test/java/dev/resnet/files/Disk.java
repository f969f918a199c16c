package dev.resnet.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A disk whose k-th operation fails. It counts every question to the file system and every change
 * of it, and what is open.
 */
public final class Disk {
  static final String ERROR = "Input/output error";
  static final String FULL = "No space left on device";

  /** How it fails. */
  public enum Mode {
    /** The k-th operation fails with an I/O error, once. */
    ERROR,
    /** The k-th operation that needs space finds none, once; half of the bytes are written. */
    NO_SPACE,
    /**
     * The process dies at the k-th operation: that one and all later ones do nothing. Of bytes to
     * write half are written.
     */
    DEATH
  }

  /** What a process sees that has died; nothing catches it by name. */
  public static final class Died extends Error {
    Died(String operation) {
      super("the process died at " + operation);
    }
  }

  private final FailingFileSystem fileSystem = new FailingFileSystem(this);
  private final List<String> operations = new ArrayList<>();
  private @Nullable Mode mode;
  private int left;
  private boolean reached;
  private boolean dead;
  private int open;

  /** The same path on this disk. */
  public Path at(Path real) {
    return fileSystem.wrap(real);
  }

  /** From now on the k-th operation fails; 1 is the next. */
  public synchronized void failAt(Mode how, int k) {
    mode = how;
    left = k;
    reached = false;
    operations.clear();
  }

  /** Nothing fails any more: after a death, the next process. */
  public synchronized void heal() {
    mode = null;
    dead = false;
  }

  /** Whether the operation that was to fail has been called. */
  public synchronized boolean reached() {
    return reached;
  }

  public synchronized boolean dead() {
    return dead;
  }

  /** Channels and listings that are not closed. */
  public synchronized int open() {
    return open;
  }

  /** What has been called since {@link #failAt}. */
  public synchronized List<String> operations() {
    return List.copyOf(operations);
  }

  synchronized void opened() {
    open++;
  }

  synchronized void closed() {
    open--;
  }

  /** An operation on a path that needs no space. */
  void check(String operation, Path path) throws IOException {
    if (fails(operation, path, false)) {
      throw new FileSystemException(path.toString(), null, ERROR);
    }
  }

  /** An operation that makes something new. */
  void checkSpace(String operation, Path path) throws IOException {
    if (fails(operation, path, true)) {
      throw new FileSystemException(path.toString(), null, isFull() ? FULL : ERROR);
    }
  }

  /** An operation on an open file; the JDK's exceptions don't name it either. */
  void checkOpen(String operation, Path path) throws IOException {
    if (fails(operation, path, false)) {
      throw new IOException(ERROR);
    }
  }

  @FunctionalInterface
  interface HalfWrite {
    void run() throws IOException;
  }

  /**
   * A write to an open file.
   *
   * @param half writes half of the bytes
   */
  void checkWrite(Path path, HalfWrite half) throws IOException {
    boolean alive = !dead();
    try {
      if (fails("write", path, true)) {
        half.run();
        throw new IOException(isFull() ? FULL : ERROR);
      }
    } catch (Died e) {
      if (alive) {
        half.run();
      }
      throw e;
    }
  }

  private synchronized boolean isFull() {
    return mode == Mode.NO_SPACE;
  }

  private synchronized boolean fails(String operation, Path path, boolean needsSpace) {
    operations.add(operation + " " + path.getFileName());
    if (dead) {
      throw new Died(operation);
    }
    if (mode == null || mode == Mode.NO_SPACE && !needsSpace || --left != 0) {
      return false;
    }
    reached = true;
    if (mode == Mode.DEATH) {
      dead = true;
      throw new Died("%s of %s".formatted(operation, path));
    }
    return true;
  }
}
