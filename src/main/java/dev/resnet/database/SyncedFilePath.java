package dev.resnet.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePathWrapper;

/**
 * An H2 file system, {@code synced:}, that flushes each write to the disk before it returns. A
 * commit is one write, so it survives a power cut once it has returned.
 *
 * <p>It wraps any other H2 file system: {@code synced:/path}, {@code synced:async:/path}.
 *
 * <p>Public with a public constructor, because H2 creates the objects by reflection.
 */
public final class SyncedFilePath extends FilePathWrapper {
  static final String SCHEME = "synced";

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new Synced(super.open(mode));
  }

  private static final class Synced extends FileBaseDefault {
    private final FileChannel file;

    Synced(FileChannel file) {
      this.file = file;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      int written = file.write(source, position);
      // false: do not flush the file's times; a changed size is flushed with the content.
      file.force(false);
      return written;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      file.force(metaData);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
