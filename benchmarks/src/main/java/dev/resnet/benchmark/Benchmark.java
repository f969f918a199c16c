package dev.resnet.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures contenders against each other in one run: all stay alive, one works at a time, in turns,
 * so that a noisy minute hits all of them. Prints images per second, and how many times as fast the
 * engine is as each of the others: the median of the ratios of turns that followed each other. In
 * brackets stands the middle half of the values.
 *
 * <pre>
 * Benchmark [--settings train:3:128,infer:3:1,…] [--contenders a,b,…] [--rounds N] [--seconds S] [--threads N] [--prototype FILE]
 * </pre>
 */
public final class Benchmark {
  private static final String SETTINGS =
      "train:3:128,train:9:128,train:18:128,"
          + "infer:3:1,infer:3:8,infer:3:32,infer:3:128,infer:18:1,infer:18:128";
  private static final String CONTENDERS =
      "onednn-float32,onednn-bfloat16,pytorch-float32,pytorch-float32-channels-last,"
          + "pytorch-bfloat16,pytorch-bfloat16-channels-last,dl4j";

  private static final String PROCESSORS =
      Integer.toString(Runtime.getRuntime().availableProcessors());

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
    int threads = Integer.parseInt(options.getOrDefault("--threads", PROCESSORS));
    double seconds = Double.parseDouble(options.getOrDefault("--seconds", "2"));
    List<Player> players = new ArrayList<>();
    for (String name : options.getOrDefault("--contenders", CONTENDERS).split(",")) {
      players.add(new EntryPlayer(name, setting, threads));
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
      print(setting, threads, players);
    } finally {
      players.forEach(Player::close);
    }
  }

  private static void print(Setting setting, int threads, List<Player> players) {
    System.out.printf(
        "%n%s, ResNet-%d, batch %d%s, threads %d%n%n",
        setting.training() ? "Training" : "Inference",
        6 * setting.stackN() + 2,
        setting.batch(),
        setting.callers() == 0 ? "" : ", callers " + setting.callers(),
        threads);
    System.out.println("| contender | img/s | ms per batch |");
    System.out.println("|---|---|---|");
    for (Player player : players) {
      Spread speed = player.speed();
      System.out.printf(
          Locale.ROOT,
          "| %s | %,.0f (%,.0f–%,.0f) | %.3f |%n",
          player.name(),
          speed.median(),
          speed.lower(),
          speed.upper(),
          1e3 * setting.batch() / speed.median());
    }
    players.stream()
        .filter(player -> player.name().startsWith("onednn-"))
        .forEach(ours -> ratios(ours, players));
    System.out.flush();
  }

  private static void ratios(Player ours, List<Player> players) {
    System.out.printf("%n%s is ×", ours.name());
    for (Player player : players) {
      if (player != ours) {
        Spread ratio = ours.ratio(player);
        System.out.printf(
            Locale.ROOT,
            "%n  %.2f (%.2f–%.2f) %s",
            ratio.median(),
            ratio.lower(),
            ratio.upper(),
            player.name());
      }
    }
    System.out.println();
  }
}
