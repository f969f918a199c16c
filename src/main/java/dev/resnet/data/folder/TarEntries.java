package dev.resnet.data.folder;

import dev.resnet.files.VolumeFiles;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/** A tar file, possibly in gzip. It has no list, so each pass reads all of it. */
record TarEntries(Path file, boolean gzip, ArchiveLimits limits) implements Entries {
  private static final int BUFFER = 1 << 16;

  /** The label that GNU tar writes at the beginning of a volume. */
  private static final byte VOLUME_LABEL = 'V';

  @Override
  public void walk(Visitor visitor) throws IOException {
    try (var pass = new Pass()) {
      for (var entry = pass.next(); entry != null; entry = pass.next()) {
        String name = name(entry);
        check(entry, name);
        limits.checkEntries(pass.number + 1L);
        if (entry.getLinkFlag() != VOLUME_LABEL) {
          long head = Math.min(entry.getSize(), FileKind.HEAD);
          visitor.visit(
              new Entry(pass.number, name, entry.isDirectory(), () -> pass.read(name, head)));
        }
      }
      pass.finish();
    }
  }

  private static void check(TarArchiveEntry entry, String name) throws RefusedArchiveException {
    String shown = EntryPath.shown(name);
    if (!entry.isCheckSumOK()) {
      throw new RefusedArchiveException(
          "is damaged at the entry %s; pack or upload it again".formatted(shown));
    }
    if (entry.isSymbolicLink() || entry.isLink()) {
      throw new RefusedArchiveException(
          "has the %s link %s; put the file itself in its place (tar --hard-dereference -h)"
              .formatted(entry.isLink() ? "hard" : "symbolic", shown));
    }
    if (entry.isSparse()) {
      throw new RefusedArchiveException(
          "has the sparse file %s; pack it without --sparse".formatted(shown));
    }
    if (entry.isDirectory()) {
      return;
    }
    switch (entry.getLinkFlag()) {
      case TarConstants.LF_OLDNORM:
      case TarConstants.LF_NORMAL:
      case TarConstants.LF_CONTIG:
      case VOLUME_LABEL:
        return;
      case TarConstants.LF_MULTIVOLUME:
        throw new RefusedArchiveException(
            "is one of several volumes (%s goes on from another); pack everything into one file"
                .formatted(shown));
      default:
        throw new RefusedArchiveException(
            "has the entry %s, which is neither a file nor a folder; remove it".formatted(shown));
    }
  }

  /**
   * Names in headers come as Latin-1, so that no byte is lost; those of extended headers are always
   * UTF-8 and already decoded.
   */
  private static String name(TarArchiveEntry entry) {
    String name = entry.getName();
    if (name.chars().anyMatch(c -> c > 0xff)) {
      return name;
    }
    try {
      byte[] raw = name.getBytes(StandardCharsets.ISO_8859_1);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException e) {
      return name;
    }
  }

  @Override
  public PictureFiles read(List<Integer> wanted, long longest) throws IOException {
    var pass = new Pass();
    Iterator<Integer> numbers = wanted.iterator();
    return new PictureFiles() {
      @Override
      public synchronized @Nullable PictureFile next() throws IOException {
        if (!numbers.hasNext()) {
          return null;
        }
        int number = numbers.next();
        TarArchiveEntry entry = pass.next();
        while (entry != null && pass.number < number) {
          entry = pass.next();
        }
        if (entry == null) {
          throw new IOException("the archive changed while it was read");
        }
        return new PictureFile(
            number, entry.getSize() > longest ? null : pass.read(name(entry), entry.getSize()));
      }

      @Override
      public void close() throws IOException {
        pass.close();
      }
    };
  }

  @Override
  public void close() {}

  /** One reading from beginning to end. */
  private final class Pass implements AutoCloseable {
    private final UnpackedBytes unpacked;
    private final TarArchiveInputStream tar;
    private int number = -1;

    Pass() throws IOException {
      InputStream stream = new BufferedInputStream(VolumeFiles.read(file), BUFFER);
      try {
        InputStream content = gzip ? new GZIPInputStream(stream, BUFFER) : stream;
        unpacked = new UnpackedBytes(content, Files.size(file), limits);
        var buffered = new BufferedInputStream(unpacked, BUFFER);
        buffered.mark(FileKind.HEAD);
        byte[] head = buffered.readNBytes(FileKind.HEAD);
        if (!FileKind.isTar(head)) {
          throw new RefusedArchiveException(
              "holds no tar archive, or an empty one; send a zip, tar or tar.gz archive");
        }
        buffered.reset();
        tar = new TarArchiveInputStream(buffered, StandardCharsets.ISO_8859_1.name());
      } catch (IOException | RuntimeException e) {
        stream.close();
        throw failure(e);
      } catch (Error e) { // no memory
        stream.close();
        throw e;
      }
    }

    @Nullable TarArchiveEntry next() throws IOException {
      try {
        if (number >= 0) {
          tar.transferTo(OutputStream.nullOutputStream());
        }
        unpacked.headerBegins();
        TarArchiveEntry entry = tar.getNextEntry();
        unpacked.headerEnds();
        number++;
        return entry;
      } catch (IOException | RuntimeException e) {
        throw failure(e);
      }
    }

    byte[] read(String name, long length) throws IOException {
      try {
        byte[] bytes = tar.readNBytes((int) length);
        if (bytes.length < length) {
          throw new EOFException();
        }
        return bytes;
      } catch (IOException | RuntimeException e) {
        throw failure(e);
      }
    }

    /** Reads what follows the last entry: only there gzip has its checksum. */
    void finish() throws IOException {
      try {
        unpacked.transferTo(OutputStream.nullOutputStream());
      } catch (IOException | RuntimeException e) {
        throw failure(e);
      }
      if (!unpacked.endsWithZeros()) {
        throw new RefusedArchiveException(
            "is cut short: the blocks that end a tar file are missing; upload it again");
      }
    }

    private IOException failure(Exception e) {
      if (e instanceof RefusedArchiveException refused) {
        return refused;
      }
      if (e instanceof ClosedByInterruptException) {
        return new InterruptedIOException("reading the archive was interrupted");
      }
      Optional<FileSystemException> ofTheVolume = VolumeFiles.failureIn(e);
      if (ofTheVolume.isPresent()) {
        return ofTheVolume.get();
      }
      return new RefusedArchiveException(
          "is damaged or cut short after %,d entries (%s); pack or upload it again"
              .formatted(number + 1, e instanceof EOFException ? "it ends there" : e.getMessage()),
          e);
    }

    @Override
    public void close() throws IOException {
      tar.close();
    }
  }
}
