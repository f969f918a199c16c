package dev.resnet.data.cifar;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The unpacked files. */
record CifarDirectory(CifarFormat format, Path directory) implements CifarFiles {
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
      if (Files.isRegularFile(directory.resolve(file))) {
        sizes.put(file, Files.size(directory.resolve(file)));
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
    Path path = directory.resolve(file);
    if (Files.isRegularFile(path)) {
      try (var in = new BufferedInputStream(Files.newInputStream(path), BUFFER)) {
        visitor.visit(file, in);
      }
    }
  }

  @Override
  public String place(String file) {
    return directory.resolve(file).toString();
  }
}
