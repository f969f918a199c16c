package dev.resnet.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A file for the inputs of a reader that reads files, in a folder that has nothing else. */
public final class InputFile {
  /** Inputs between two looks into the folder. */
  private static final int EVERY = 100;

  private final Path path;
  private int inputs;

  public InputFile() {
    try {
      Path folder = Files.createTempDirectory("fuzz");
      folder.toFile().deleteOnExit();
      path = Files.createFile(folder.resolve("input"));
      path.toFile().deleteOnExit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same path for each input. */
  public Path with(byte[] input) throws IOException {
    return Files.write(path, input);
  }

  /** Fails if a reader has left other files. */
  public void check() throws IOException {
    if (++inputs % EVERY > 0) {
      return;
    }
    try (Stream<Path> entries = Files.list(path.getParent())) {
      if (entries.count() != 1) {
        throw new AssertionError("There are other files in " + path.getParent());
      }
    }
  }
}
