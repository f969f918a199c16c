package dev.resnet.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file of a {@link FailingFileSystem}. Flushes to the disk are counted, but not made. */
final class FailingChannel extends FileChannel {
  private final Disk disk;
  private final Path path;
  private final FileChannel real;

  FailingChannel(Disk disk, Path path, FileChannel real) {
    this.disk = disk;
    this.path = path;
    this.real = real;
    disk.opened();
  }

  private static ByteBuffer half(ByteBuffer bytes) {
    return bytes.slice(bytes.position(), bytes.remaining() / 2);
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    disk.checkOpen("read", path);
    return real.read(into);
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    disk.checkOpen("read", path);
    return real.read(into, offset, length);
  }

  @Override
  public int read(ByteBuffer into, long at) throws IOException {
    disk.checkOpen("read", path);
    return real.read(into, at);
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    disk.checkWrite(path, () -> real.write(half(bytes)));
    return real.write(bytes);
  }

  @Override
  public long write(ByteBuffer[] bytes, int offset, int length) throws IOException {
    disk.checkWrite(path, () -> real.write(half(bytes[offset])));
    return real.write(bytes, offset, length);
  }

  @Override
  public int write(ByteBuffer bytes, long at) throws IOException {
    disk.checkWrite(path, () -> real.write(half(bytes), at));
    return real.write(bytes, at);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long at) throws IOException {
    real.position(at);
    return this;
  }

  @Override
  public long size() throws IOException {
    disk.checkOpen("size", path);
    return real.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    disk.checkOpen("truncate", path);
    real.truncate(size);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    disk.checkOpen("flush", path);
  }

  @Override
  public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
    disk.checkOpen("read", path);
    return real.transferTo(at, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
    disk.checkWrite(path, () -> {});
    return real.transferFrom(source, at, count);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long size) throws IOException {
    disk.checkOpen("map", path);
    return real.map(mode, at, size);
  }

  @Override
  public FileLock lock(long at, long size, boolean shared) throws IOException {
    disk.checkOpen("lock", path);
    return real.lock(at, size, shared);
  }

  @Override
  public FileLock tryLock(long at, long size, boolean shared) throws IOException {
    disk.checkOpen("lock", path);
    return real.tryLock(at, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    disk.closed();
    real.close();
    disk.checkOpen("close", path);
  }
}
