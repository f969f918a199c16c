package dev.resnet.benchmark;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A contender in a process of its own, which lives as long as the setting is measured. */
final class EntryPlayer extends Player {
  private final Setting setting;
  private final Path log;
  private final Process process;
  private final PrintStream questions;
  private final BufferedReader answers;
  private int runs = 1;

  /**
   * @param threads of each contender
   */
  EntryPlayer(String name, Setting setting, int threads) throws IOException {
    super(name);
    this.setting = setting;
    List<String> command =
        List.of(
            System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
            "-Xmx2g",
            "-XX:ActiveProcessorCount=" + threads,
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-cp",
            System.getProperty("java.class.path"),
            Entry.class.getName(),
            name,
            setting.toString());
    log = Files.createTempFile("benchmark-" + name + "-", ".log");
    var builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    process = builder.start();
    questions = new PrintStream(process.getOutputStream(), true);
    answers = new BufferedReader(new InputStreamReader(process.getInputStream()));
    // One after another: of several that unpacked their natives for the first time at the same
    // moment, one has once ended with SIGBUS, probably in a library that was not whole yet.
    answer();
  }

  /** Long enough for compilers and PyTorch's slow first iterations; finds the window's length. */
  @Override
  void warmUp(double seconds) throws IOException {
    long nanos = ask();
    long spent = 0;
    for (int i = 0; i < 12 && spent < 6 * seconds * 1e9; i++) {
      runs = (int) Math.max(1, Math.min(10_000, seconds * 1e9 * runs / nanos));
      nanos = ask();
      spent += nanos;
    }
  }

  @Override
  double window() throws IOException {
    return 1e9 * runs * setting.batch() / ask();
  }

  private long ask() throws IOException {
    questions.println(runs);
    return Long.parseLong(answer());
  }

  private String answer() throws IOException {
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException(name() + " has ended with exit code " + exit() + "; see " + log);
    }
    return answer;
  }

  private int exit() {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  @Override
  public void close() {
    questions.close(); // the end of its input ends it
    if (exit() == 0) {
      log.toFile().delete();
    }
  }
}
