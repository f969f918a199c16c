package dev.resnet.benchmark;

import java.util.ArrayList;
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
      players.add(new EntryPlayer(name, setting));
    }
    if (setting.training() && options.containsKey("--prototype")) {
      for (String precision : new String[] {"f32", "bf16"}) {
        players.add(new SketchPlayer(options.get("--prototype"), precision, setting));
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
      players.forEach(Player::close);
    }
  }

  private static void print(Setting setting, List<Player> players) {
    System.out.printf(
        "%n%s, ResNet-%d, batch %d%s%n%n",
        setting.training() ? "Training" : "Inference",
        6 * setting.stackN() + 2,
        setting.batch(),
        setting.callers() == 0 ? "" : ", callers " + setting.callers());
    System.out.println("| contender | img/s, median | best | ms per batch, median |");
    System.out.println("|---|---|---|---|");
    for (Player player : players) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %,.0f | %,.0f | %.2f |%n",
          player.name(),
          player.median(),
          player.best(),
          1e3 * setting.batch() / player.median());
    }
    for (String ours : new String[] {"onednn-float32", "onednn-bfloat16"}) {
      players.stream()
          .filter(player -> player.name().equals(ours))
          .findFirst()
          .ifPresent(first -> ratios(first, players));
    }
    System.out.flush();
  }

  private static void ratios(Player first, List<Player> players) {
    System.out.printf("%n%s, ratio of medians (of best windows) to", first.name());
    for (Player player : players) {
      if (player != first) {
        System.out.printf(
            Locale.ROOT,
            "%n  %s: %.2f (%.2f)",
            player.name(),
            first.median() / player.median(),
            first.best() / player.best());
      }
    }
    System.out.println();
  }
}
