package dev.resnet.data.cifar;

import dev.resnet.files.VolumeFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The unpacked files. */
record CifarDirectory(CifarFormat format, Path directory) implements CifarFiles {
  private static final Logger LOG = LoggerFactory.getLogger(CifarDirectory.class);
  private static final int BUFFER = 1 << 16;

  /** The files in {@code directory} itself, or in the folder that the archive contains. */
  static CifarDirectory in(CifarFormat format, Path directory) {
    Path inner = directory.resolve(format.folder());
    boolean direct =
        format.records().stream().anyMatch(file -> Files.exists(directory.resolve(file)));
    return new CifarDirectory(format, direct || !Files.isDirectory(inner) ? directory : inner);
  }

  @Override
  public Map<String, Long> sizes() throws IOException {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String file : format.records()) {
      // Not Files.isRegularFile: a file that can't be read now is not missing.
      try {
        var attributes = Files.readAttributes(directory.resolve(file), BasicFileAttributes.class);
        if (attributes.isRegularFile()) {
          sizes.put(file, attributes.size());
        }
      } catch (NoSuchFileException e) {
        LOG.debug("{} is missing", file);
      }
    }
    return sizes;
  }

  @Override
  public void forEach(Visitor visitor) throws IOException {
    for (String file : format.records()) {
      visit(file, visitor);
    }
    visit(format.classNames(), visitor);
  }

  private void visit(String file, Visitor visitor) throws IOException {
    try (var in = new BufferedInputStream(VolumeFiles.read(directory.resolve(file)), BUFFER)) {
      visitor.visit(file, in);
    } catch (NoSuchFileException e) {
      LOG.debug("{} is missing", file);
    }
  }

  @Override
  public String place(String file) {
    return directory.resolve(file).toString();
  }
}
