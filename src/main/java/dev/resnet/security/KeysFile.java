package dev.resnet.security;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The keys in a file, which may change while the service runs. It is looked at when a key is to be
 * checked, and read where it is another one than before: a Kubernetes Secret changes by turning a
 * symbolic link, and its files' times may be older than those they replace.
 */
final class KeysFile {
  private static final Logger LOG = LoggerFactory.getLogger(KeysFile.class);
  private static final Set<String> FIELDS = Set.of("name", "sha256", "scope");

  /** What tells one state of the file from another without reading it. */
  private record Stamp(Path path, FileTime modified, long size, @Nullable Object inode) {
    static Stamp of(Path file) throws IOException {
      Path real = file.toRealPath();
      var attributes = Files.readAttributes(real, BasicFileAttributes.class);
      return new Stamp(
          real, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }
  }

  private final Path file;
  private volatile List<AccessKey> keys;
  private @Nullable Stamp seen;

  /**
   * Reads the file.
   *
   * @throws UnusableKeysException where that is not possible
   */
  KeysFile(Path file) {
    this.file = file;
    try {
      // Before the content: a change in between is seen the next time.
      seen = Stamp.of(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
    keys = read();
  }

  /** The keys as the file has them now, or had them when it last made sense. */
  List<AccessKey> keys() {
    refresh();
    return keys;
  }

  private synchronized void refresh() {
    Stamp now = null;
    try {
      now = Stamp.of(file);
      if (now.equals(seen)) {
        return;
      }
      keys = read();
      LOG.info("{} has changed, valid keys now: {}", file, keys.size());
    } catch (IOException e) {
      complain(now, unreadable(e));
    } catch (UnusableKeysException e) {
      complain(now, e);
    }
    seen = now;
  }

  /** Once for each state of the file, not at each request. */
  private void complain(@Nullable Stamp now, UnusableKeysException reason) {
    if (now != null || seen != null) {
      LOG.error("The keys stay as they were: {}", reason.getMessage());
    }
  }

  private List<AccessKey> read() {
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      var options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      Object root = new Yaml(new SafeConstructor(options)).load(reader);
      if (!(root instanceof Map<?, ?> map)
          || !map.keySet().equals(Set.of("keys"))
          || !(map.get("keys") instanceof List<?> list)) {
        throw new UnusableKeysException("it must hold one list named 'keys', and nothing else");
      }
      List<AccessKey> found = new ArrayList<>();
      for (Object entry : list) {
        found.add(key(entry));
      }
      return AccessKeys.distinct(found);
    } catch (MarkedYAMLException e) {
      // Without the line itself, which YAML's own message quotes.
      throw new UnusableKeysException(
          "%s is no YAML: see line %d".formatted(file, e.getProblemMark().getLine() + 1));
    } catch (YAMLException e) {
      throw new UnusableKeysException("%s is no YAML".formatted(file));
    } catch (UnusableKeysException e) {
      throw new UnusableKeysException("%s: %s".formatted(file, e.getMessage()));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static AccessKey key(@Nullable Object entry) {
    if (!(entry instanceof Map<?, ?> fields) || !FIELDS.containsAll(fields.keySet())) {
      throw new UnusableKeysException("every key is a 'name', a 'sha256' and a 'scope'");
    }
    return AccessKey.of(text(fields, "name"), text(fields, "sha256"), text(fields, "scope"));
  }

  private static @Nullable String text(Map<?, ?> fields, String name) {
    // A number is no text: YAML has lost leading zeros of it by now.
    return fields.get(name) instanceof String text ? text : null;
  }

  private UnusableKeysException unreadable(IOException e) {
    return new UnusableKeysException(
        e instanceof NoSuchFileException
            ? "there is no file %s".formatted(file)
            : "%s can't be read (%s)".formatted(file, e.getClass().getSimpleName()));
  }
}
