package dev.resnet.data.folder;

import dev.resnet.files.VolumeFiles;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.UnicodePathExtraField;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.jspecify.annotations.Nullable;

/**
 * A zip file, read by its central directory: only that tells links from files, and the sizes of
 * entries that were written as a stream.
 */
final class ZipEntries implements Entries {
  private static final int FILE_TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int FOLDER = 0040000;
  private static final int LINK = 0120000;

  /** What names without a flag are in, if not in UTF-8. */
  private static final Charset DOS =
      Charset.isSupported("IBM437") ? Charset.forName("IBM437") : StandardCharsets.ISO_8859_1;

  private final ZipFile zip;
  private final List<ZipArchiveEntry> entries;
  private final long packed;
  private final ArchiveLimits limits;

  private ZipEntries(ZipFile zip, long packed, ArchiveLimits limits) {
    this.zip = zip;
    this.entries = Collections.list(zip.getEntries());
    this.packed = packed;
    this.limits = limits;
  }

  static ZipEntries open(Path file, ArchiveLimits limits) throws IOException {
    FileChannel channel = VolumeFiles.open(file);
    try {
      ZipDirectory.check(channel, limits);
      ZipFile zip =
          ZipFile.builder()
              .setSeekableByteChannel(channel)
              .setCharset(StandardCharsets.UTF_8)
              .setIgnoreLocalFileHeader(true)
              .get();
      return new ZipEntries(zip, channel.size(), limits);
    } catch (RefusedArchiveException e) {
      channel.close();
      throw e;
    } catch (ClosedByInterruptException e) {
      throw new InterruptedIOException("reading the archive was interrupted");
    } catch (Error e) { // no memory
      channel.close();
      throw e;
    } catch (IOException | RuntimeException e) {
      channel.close();
      requireReadable(e);
      throw new RefusedArchiveException(
          "is damaged: its list of files can't be read (%s); upload it again"
              .formatted(e.getMessage()),
          e);
    }
  }

  /** What the volume does is no fault of the archive. */
  private static void requireReadable(Exception failure) throws IOException {
    Optional<FileSystemException> ofTheVolume = VolumeFiles.failureIn(failure);
    if (ofTheVolume.isPresent()) {
      throw ofTheVolume.get();
    }
  }

  @Override
  public void walk(Visitor visitor) throws IOException {
    long unpacked = 0;
    for (int i = 0; i < entries.size(); i++) {
      ZipArchiveEntry entry = entries.get(i);
      String name = name(entry);
      boolean folder = isFolder(entry, name);
      check(entry, name);
      unpacked += Math.max(0, entry.getSize());
      limits.checkUnpacked(unpacked, packed);
      visitor.visit(new Entry(i, name, folder, () -> head(entry, name)));
    }
  }

  private static boolean isFolder(ZipArchiveEntry entry, String name) {
    return name.endsWith("/") || name.endsWith("\\") || type(entry) == FOLDER;
  }

  private static int type(ZipArchiveEntry entry) {
    return (int) (entry.getExternalAttributes() >>> 16) & FILE_TYPE;
  }

  private static void check(ZipArchiveEntry entry, String name) throws RefusedArchiveException {
    if (entry.getGeneralPurposeBit().usesEncryption()) {
      throw new RefusedArchiveException(
          "has the encrypted entry %s; pack it without a password"
              .formatted(EntryPath.shown(name)));
    }
    int type = type(entry);
    // The upper half of the attributes means something else where no Unix system wrote the entry,
    // but a link must not pass as a file by a false name of the system.
    if (type == LINK) {
      throw new RefusedArchiveException(
          "has the symbolic link %s; put the file itself in its place"
              .formatted(EntryPath.shown(name)));
    }
    boolean unix = entry.getPlatform() == ZipArchiveEntry.PLATFORM_UNIX;
    if (unix && type != 0 && type != REGULAR && type != FOLDER) {
      throw new RefusedArchiveException(
          "has the entry %s, which is neither a file nor a folder; remove it"
              .formatted(EntryPath.shown(name)));
    }
  }

  private static String name(ZipArchiveEntry entry) {
    byte[] raw = entry.getRawName();
    if (entry.getGeneralPurposeBit().usesUTF8ForNames()) {
      return new String(raw, StandardCharsets.UTF_8);
    }
    if (entry.getExtraField(UnicodePathExtraField.UPATH_ID) instanceof UnicodePathExtraField path
        && path.getUnicodeName() != null
        && path.getNameCRC32() == crc(raw)) {
      return new String(path.getUnicodeName(), StandardCharsets.UTF_8);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException e) {
      return new String(raw, DOS);
    }
  }

  private static long crc(byte[] bytes) {
    var crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private byte[] head(ZipArchiveEntry entry, String name) throws IOException {
    return unpack(entry, name, FileKind.HEAD);
  }

  /** At most this many bytes of a file. */
  private byte[] unpack(ZipArchiveEntry entry, String name, int most) throws IOException {
    int method = entry.getMethod();
    if (method != ZipArchiveEntry.STORED
        && method != ZipArchiveEntry.DEFLATED
        && method != ZipMethod.ENHANCED_DEFLATED.getCode()) {
      String title =
          Optional.ofNullable(ZipMethod.getMethodByCode(method))
              .map(ZipMethod::name)
              .orElse("number " + method);
      throw new RefusedArchiveException(
          "has the entry %s with the compression method %s, which is not supported; pack it as an ordinary zip"
              .formatted(EntryPath.shown(name), title));
    }
    try (InputStream in = open(entry)) {
      return in.readNBytes(most);
    } catch (ClosedByInterruptException e) {
      throw new InterruptedIOException("reading the archive was interrupted");
    } catch (IOException | RuntimeException e) {
      requireReadable(e);
      throw damaged(name, e instanceof EOFException ? "it is cut short" : e.getMessage(), e);
    }
  }

  /** Finds where the data begins, which moves the channel's position; reading them does not. */
  private synchronized InputStream open(ZipArchiveEntry entry) throws IOException {
    return zip.getInputStream(entry);
  }

  private static RefusedArchiveException damaged(
      String name, @Nullable String how, @Nullable Exception cause) {
    return new RefusedArchiveException(
        "has the damaged entry %s (%s); pack or upload the archive again"
            .formatted(EntryPath.shown(name), how),
        cause);
  }

  @Override
  public PictureFiles read(List<Integer> wanted, long longest) {
    var next = new AtomicInteger();
    return new PictureFiles() {
      @Override
      public @Nullable PictureFile next() throws IOException {
        int i = next.getAndIncrement();
        return i < wanted.size() ? file(wanted.get(i), longest) : null;
      }

      @Override
      public void close() {}
    };
  }

  private PictureFile file(int number, long longest) throws IOException {
    ZipArchiveEntry entry = entries.get(number);
    String name = name(entry);
    long size = entry.getSize();
    if (size > longest) {
      return new PictureFile(number, null);
    }
    byte[] bytes = unpack(entry, name, (int) size + 1);
    if (bytes.length != size) {
      throw damaged(
          name,
          "it has %s bytes than the %,d that the archive lists"
              .formatted(bytes.length > size ? "more" : "fewer", size),
          null);
    }
    if (crc(bytes) != entry.getCrc()) {
      throw damaged(name, "its checksum is wrong", null);
    }
    return new PictureFile(number, bytes);
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
