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
 * The keys in a file that may change while the service runs. Each check of a key looks for changes
 * and reads the file again if necessary. A Kubernetes Secret changes by switching a symbolic link,
 * and the new files may have older times than those they replace.
 */
final class KeysFile {
  private static final Logger LOG = LoggerFactory.getLogger(KeysFile.class);
  private static final Set<String> FIELDS = Set.of("name", "sha256", "scope");

  /** Identifies a state of the file without reading it. */
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
   * @throws UnusableKeysException if that is not possible
   */
  KeysFile(Path file) {
    this.file = file;
    try {
      // Take the stamp before the content, so that a change in between is seen next time.
      seen = Stamp.of(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
    keys = read();
  }

  /** The keys in the file's latest valid state. */
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
      LOG.info("{} has changed; it now has {} valid keys", file, keys.size());
    } catch (IOException e) {
      reportOnce(now, unreadable(e));
    } catch (UnusableKeysException e) {
      reportOnce(now, e);
    }
    seen = now;
  }

  /** Logs a problem once for each state of the file, not at each request. */
  private void reportOnce(@Nullable Stamp now, UnusableKeysException reason) {
    if (now != null || seen != null) {
      LOG.error(
          "The keys file is not valid, so the previous keys stay in effect: {}",
          reason.getMessage());
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
        throw new UnusableKeysException("it must contain one list named 'keys', and nothing else");
      }
      List<AccessKey> found = new ArrayList<>();
      for (Object entry : list) {
        found.add(key(entry));
      }
      return AccessKeys.distinct(found);
    } catch (MarkedYAMLException e) {
      // Do not use YAML's own message: it quotes the line, which may contain a key.
      throw new UnusableKeysException(
          "%s is not valid YAML: see line %d".formatted(file, e.getProblemMark().getLine() + 1));
    } catch (YAMLException e) {
      throw new UnusableKeysException("%s is not valid YAML".formatted(file));
    } catch (UnusableKeysException e) {
      throw new UnusableKeysException("%s: %s".formatted(file, e.getMessage()));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static AccessKey key(@Nullable Object entry) {
    if (!(entry instanceof Map<?, ?> fields) || !FIELDS.containsAll(fields.keySet())) {
      throw new UnusableKeysException("every key must have a 'name', a 'sha256' and a 'scope'");
    }
    return AccessKey.of(text(fields, "name"), text(fields, "sha256"), text(fields, "scope"));
  }

  private static @Nullable String text(Map<?, ?> fields, String name) {
    // Accept only strings: YAML numbers have already lost their leading zeros.
    return fields.get(name) instanceof String text ? text : null;
  }

  private UnusableKeysException unreadable(IOException e) {
    return new UnusableKeysException(
        e instanceof NoSuchFileException
            ? "the file %s does not exist".formatted(file)
            : "%s can't be read (%s)".formatted(file, e.getClass().getSimpleName()));
  }
}
