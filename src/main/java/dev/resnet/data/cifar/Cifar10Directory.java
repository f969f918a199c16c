package dev.resnet.data.cifar;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The unpacked files. */
record Cifar10Directory(Path directory) implements Cifar10Files {
  private static final int BUFFER = 1 << 16;

  /** The files in {@code directory} itself, or in the folder that the archive unpacks to. */
  static Cifar10Directory in(Path directory) {
    Path inner = directory.resolve(FOLDER);
    boolean direct = BATCHES.stream().anyMatch(file -> Files.exists(directory.resolve(file)));
    return new Cifar10Directory(direct || !Files.isDirectory(inner) ? directory : inner);
  }

  @Override
  public Map<String, Long> sizes() throws IOException {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String file : BATCHES) {
      if (Files.isRegularFile(directory.resolve(file))) {
        sizes.put(file, Files.size(directory.resolve(file)));
      }
    }
    return sizes;
  }

  @Override
  public void forEach(Visitor visitor) throws IOException {
    for (String file : BATCHES) {
      visit(file, visitor);
    }
    visit(CLASS_NAMES, visitor);
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
