package dev.resnet.benchmark;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures contenders against each other in one run: all stay alive, one works at a time, in turns,
 * so that a noisy minute hits all of them. Prints images per second, median and best window, and
 * the ratio of medians to the first contender.
 *
 * <pre>
 * Benchmark [--settings train:3:128,infer:3:1,…] [--contenders a,b,…] [--rounds N] [--seconds S] [--prototype FILE]
 * </pre>
 */
public final class Benchmark {
  private static final String SETTINGS =
      "train:3:128,train:9:128,train:18:128,"
          + "infer:3:1,infer:3:8,infer:3:32,infer:3:128,infer:18:1,infer:18:128";
  private static final String CONTENDERS =
      "onednn-float32,onednn-bfloat16,pytorch-float32,pytorch-float32-channels-last,"
          + "pytorch-bfloat16,pytorch-bfloat16-channels-last,dl4j";

  private final Map<String, String> options;

  private Benchmark(Map<String, String> options) {
    this.options = options;
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      options.put(arguments[i], arguments[i + 1]);
    }
    var benchmark = new Benchmark(options);
    for (String setting : options.getOrDefault("--settings", SETTINGS).split(",")) {
      benchmark.measure(Setting.parse(setting));
    }
  }

  private void measure(Setting setting) throws Exception {
    int rounds = Integer.parseInt(options.getOrDefault("--rounds", "7"));
    double seconds = Double.parseDouble(options.getOrDefault("--seconds", "2"));
    List<Player> players = new ArrayList<>();
    for (String name : options.getOrDefault("--contenders", CONTENDERS).split(",")) {
      players.add(new Player(name, setting));
    }
    if (setting.training() && options.containsKey("--prototype")) {
      for (String precision : new String[] {"f32", "bf16"}) {
        players.add(new Player(options.get("--prototype"), precision, setting));
      }
    }
    try {
      for (Player player : players) {
        player.warmUp(seconds);
      }
      for (int round = 0; round < rounds; round++) {
        for (Player player : players) {
          player.play();
        }
      }
      print(setting, players);
    } finally {
      players.forEach(Player::stop);
    }
  }

  private static void print(Setting setting, List<Player> players) {
    System.out.printf(
        "%n%s, ResNet-%d, batch %d%n%n",
        setting.training() ? "Training" : "Inference", 6 * setting.stackN() + 2, setting.batch());
    System.out.println("| contender | img/s, median | best | ms per batch, median |");
    System.out.println("|---|---|---|---|");
    for (Player player : players) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %,.0f | %,.0f | %.2f |%n",
          player.name,
          player.median(),
          player.best(),
          1e3 * setting.batch() / player.median());
    }
    for (String ours : new String[] {"onednn-float32", "onednn-bfloat16"}) {
      players.stream()
          .filter(player -> player.name.equals(ours))
          .findFirst()
          .ifPresent(first -> ratios(first, players));
    }
    System.out.flush();
  }

  private static void ratios(Player first, List<Player> players) {
    System.out.printf("%n%s, ratio of medians (of best windows) to", first.name);
    for (Player player : players) {
      if (player != first) {
        System.out.printf(
            Locale.ROOT,
            "%n  %s: %.2f (%.2f)",
            player.name,
            first.median() / player.median(),
            first.best() / player.best());
      }
    }
    System.out.println();
  }

  /** A contender's process, or the prototype, which is started anew for each of its turns. */
  private static final class Player {
    private final String name;
    private final Setting setting;
    private final List<Double> imagesPerSecond = new ArrayList<>();
    private final List<String> prototype;
    private final Process process;
    private PrintStream questions;
    private BufferedReader answers;
    private int runs = 1;

    Player(String name, Setting setting) throws IOException {
      this.name = name;
      this.setting = setting;
      this.prototype = List.of();
      List<String> command = new ArrayList<>();
      command.add(
          System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
      command.addAll(List.of("-Xmx2g", "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Entry.class.getName()));
      command.addAll(List.of(name, setting.toString()));
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      questions = new PrintStream(process.getOutputStream(), true);
      answers = new BufferedReader(new InputStreamReader(process.getInputStream()));
    }

    /** The C++ sketch of the step, where it has been built. */
    Player(String file, String precision, Setting setting) {
      this.name = "prototype-" + precision;
      this.setting = setting;
      this.process = null;
      this.prototype =
          List.of(file, String.valueOf(setting.stackN()), "" + setting.batch(), precision);
    }

    /**
     * Long enough for compilers and PyTorch's slow first iterations, then finds the window's
     * length.
     */
    void warmUp(double seconds) throws IOException {
      if (process == null) {
        return;
      }
      long nanos = ask(1);
      long spent = 0;
      for (int i = 0; i < 12 && spent < 6 * seconds * 1e9; i++) {
        runs = (int) Math.max(1, Math.min(10_000, seconds * 1e9 * runs / nanos));
        nanos = ask(runs);
        spent += nanos;
      }
    }

    void play() throws IOException {
      if (process == null) {
        imagesPerSecond.add(runPrototype());
      } else {
        imagesPerSecond.add(1e9 * runs * setting.batch() / ask(runs));
      }
    }

    private long ask(int count) throws IOException {
      questions.println(count);
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException(name + " has ended; run it by hand to see why");
      }
      return Long.parseLong(answer);
    }

    private double runPrototype() throws IOException {
      var sketch = new ProcessBuilder(prototype).redirectErrorStream(true).start();
      String output = new String(sketch.getInputStream().readAllBytes());
      String[] words = output.split(" img/s")[0].split("\\s+");
      return Double.parseDouble(words[words.length - 1]);
    }

    double median() {
      double[] sorted = imagesPerSecond.stream().mapToDouble(x -> x).sorted().toArray();
      return Arrays.stream(sorted).skip((sorted.length - 1) / 2).findFirst().orElseThrow();
    }

    double best() {
      return imagesPerSecond.stream().mapToDouble(x -> x).max().orElseThrow();
    }

    void stop() {
      if (process != null) {
        questions.close(); // the end of its input ends it
        try {
          process.waitFor();
        } catch (InterruptedException e) {
          process.destroy();
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
