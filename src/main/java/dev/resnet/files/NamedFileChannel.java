package dev.resnet.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file whose exceptions name it; see {@link VolumeFiles}. */
final class NamedFileChannel extends FileChannel {
  private final Path path;
  private final FileChannel file;

  NamedFileChannel(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  @FunctionalInterface
  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T named(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (ClosedChannelException e) {
      throw e; // by an interrupt, or by a mistake of ours
    } catch (IOException e) {
      throw VolumeFiles.named(path, e);
    }
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    return named(() -> file.read(into));
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    return named(() -> file.read(into, offset, length));
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    return named(() -> file.read(into, position));
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    return named(() -> file.write(bytes));
  }

  @Override
  public long write(ByteBuffer[] bytes, int offset, int length) throws IOException {
    return named(() -> file.write(bytes, offset, length));
  }

  @Override
  public int write(ByteBuffer bytes, long position) throws IOException {
    return named(() -> file.write(bytes, position));
  }

  @Override
  public long position() throws IOException {
    return named(file::position);
  }

  @Override
  public FileChannel position(long position) throws IOException {
    named(() -> file.position(position));
    return this;
  }

  @Override
  public long size() throws IOException {
    return named(file::size);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    named(() -> file.truncate(size));
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    named(
        () -> {
          file.force(metaData);
          return null;
        });
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return file.transferTo(position, count, target); // either side may fail
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    return file.transferFrom(source, position, count);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return named(() -> file.map(mode, position, size));
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return named(() -> file.lock(position, size, shared));
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return named(() -> file.tryLock(position, size, shared));
  }

  @Override
  protected void implCloseChannel() throws IOException {
    named(
        () -> {
          file.close();
          return null;
        });
  }
}
