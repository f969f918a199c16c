package dev.resnet.files;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** The operations of a {@link FailingFileSystem}. */
final class FailingProvider extends FileSystemProvider {
  private static final FileSystemProvider REAL = FileSystems.getDefault().provider();

  private final Disk disk;
  private final FailingFileSystem fileSystem;

  FailingProvider(Disk disk, FailingFileSystem fileSystem) {
    this.disk = disk;
    this.fileSystem = fileSystem;
  }

  @Override
  public String getScheme() {
    return "failing";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    return fileSystem.wrap(REAL.getPath(uri));
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path real = FailingPath.real(path);
    if (options.contains(StandardOpenOption.CREATE_NEW)
        || options.contains(StandardOpenOption.CREATE)) {
      disk.checkSpace("create", real);
    } else {
      disk.check("open", real);
    }
    return new FailingChannel(disk, real, REAL.newFileChannel(real, options, attributes));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    Path real = FailingPath.real(folder);
    disk.check("list", real);
    DirectoryStream<Path> entries =
        REAL.newDirectoryStream(real, entry -> filter.accept(fileSystem.wrap(entry)));
    disk.opened();
    return new Listing(real, entries);
  }

  private final class Listing implements DirectoryStream<Path> {
    private final Path folder;
    private final DirectoryStream<Path> entries;
    private boolean closed;

    Listing(Path folder, DirectoryStream<Path> entries) {
      this.folder = folder;
      this.entries = entries;
    }

    @Override
    public Iterator<Path> iterator() {
      Iterator<Path> real = entries.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          try {
            disk.check("next entry", folder);
          } catch (IOException e) {
            throw new DirectoryIteratorException(e);
          }
          return real.hasNext();
        }

        @Override
        public Path next() {
          return fileSystem.wrap(real.next());
        }
      };
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        disk.closed();
        entries.close();
      }
    }
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    disk.checkSpace("create folder", FailingPath.real(folder));
    REAL.createDirectory(FailingPath.real(folder), attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    disk.check("delete", FailingPath.real(path));
    REAL.delete(FailingPath.real(path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    disk.checkSpace("copy", FailingPath.real(target));
    REAL.copy(FailingPath.real(source), FailingPath.real(target), options);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    disk.checkSpace("move", FailingPath.real(target));
    REAL.move(FailingPath.real(source), FailingPath.real(target), options);
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    disk.check("compare", FailingPath.real(path));
    return REAL.isSameFile(FailingPath.real(path), FailingPath.real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return REAL.isHidden(FailingPath.real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    disk.check("volume", FailingPath.real(path));
    return REAL.getFileStore(FailingPath.real(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    disk.check("access", FailingPath.real(path));
    REAL.checkAccess(FailingPath.real(path), modes);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return REAL.getFileAttributeView(FailingPath.real(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    disk.check("attributes", FailingPath.real(path));
    return REAL.readAttributes(FailingPath.real(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    disk.check("attributes", FailingPath.real(path));
    return REAL.readAttributes(FailingPath.real(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    disk.check("set attribute", FailingPath.real(path));
    REAL.setAttribute(FailingPath.real(path), name, value, options);
  }
}
