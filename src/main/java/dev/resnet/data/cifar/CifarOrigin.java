package dev.resnet.data.cifar;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a CIFAR data set comes from, according to its setting {@code uri}. */
sealed interface CifarOrigin {

  /** Files that the operator provides; they are read where they are. */
  record Local(CifarFiles files) implements CifarOrigin {}

  /** An archive to download into the data directory. */
  record Remote(URI address) implements CifarOrigin {}

  /**
   * Parses a folder, an archive or an address, and checks everything that needs no network.
   *
   * @param uri null or blank for the official address
   * @throws IllegalArgumentException if it is invalid; the message says what is valid
   */
  static CifarOrigin parse(CifarFormat format, @Nullable String uri) {
    if (uri == null || uri.isBlank()) {
      return new Remote(format.official());
    }
    String text = uri.strip();
    return switch (scheme(text)) {
      case "http", "https" -> new Remote(address(text));
      case "file" -> new Local(local(format, path(text)));
      case "" -> new Local(local(format, path(text)));
      default ->
          throw new IllegalArgumentException(
              "the scheme of '%s' is not supported: give a path, a file: URI or an http(s) address"
                  .formatted(text));
    };
  }

  /** A single letter is a Windows drive, not a scheme. */
  private static String scheme(String text) {
    int colon = text.indexOf(':');
    boolean scheme = colon > 1 && text.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*");
    return scheme ? text.substring(0, colon).toLowerCase(Locale.ROOT) : "";
  }

  private static URI address(String text) {
    try {
      URI address = new URI(text);
      if (address.getHost() == null) {
        throw new IllegalArgumentException("the address '%s' names no host".formatted(text));
      }
      return address;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "'%s' is no valid address: %s".formatted(text, e.getMessage()), e);
    }
  }

  private static Path path(String text) {
    try {
      return scheme(text).equals("file") ? Path.of(new URI(text)) : Path.of(text);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is no valid path or file: URI (file:///folder/file): %s"
              .formatted(text, e.getMessage()),
          e);
    }
  }

  private static CifarFiles local(CifarFormat format, Path path) {
    Path place = path.toAbsolutePath().normalize();
    try {
      if (Files.isDirectory(place)) {
        var directory = CifarDirectory.in(format, place);
        CifarReader.counts(directory);
        return directory;
      }
      if (!Files.isReadable(place)) {
        throw new IllegalArgumentException(
            "%s %s: give the folder with the .bin files of %s, or %s"
                .formatted(
                    place,
                    Files.exists(place) ? "may not be read" : "does not exist",
                    format.title(),
                    format.archive()));
      }
      var archive = new CifarArchive(format, place);
      if (!archive.looksLikeGzip()) {
        throw new IllegalArgumentException(
            "%s is neither a folder nor a .tar.gz archive".formatted(place));
      }
      return archive;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s; give the folder with the %d .bin files of %s's binary version, or its archive"
              .formatted(message(e), format.records().size(), format.title()),
          e);
    }
  }

  private static String message(IOException e) {
    return Optional.ofNullable(e.getMessage()).orElseGet(e::toString);
  }
}
