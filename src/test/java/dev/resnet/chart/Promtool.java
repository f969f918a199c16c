package dev.resnet.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Prometheus' own checks. */
public final class Promtool {

  /**
   * @param exit 0: no findings; 3: findings of {@code check metrics}
   */
  public record Result(int exit, String output) {}

  private Promtool() {}

  public static Result run(String... arguments) throws IOException, InterruptedException {
    return run(null, arguments);
  }

  /** With {@code input} as the standard input. */
  public static Result run(@org.jspecify.annotations.Nullable Path input, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program("promtool").toString()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("promtool", ".txt");
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.redirectOutput(output.toFile());
      if (input != null) {
        builder.redirectInput(input.toFile());
      }
      int exit = builder.start().waitFor();
      return new Result(exit, Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }

  /** One of the programs of Debian's package {@code prometheus}. */
  static Path program(String name) {
    return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    ("%s is not on the PATH. These tests run a real Prometheus: apt-get install"
                            + " --no-install-recommends prometheus (Debian, Ubuntu) or brew install"
                            + " prometheus. Its own system service is not needed.")
                        .formatted(name)));
  }
}
