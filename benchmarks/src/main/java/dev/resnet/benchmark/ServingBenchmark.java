package dev.resnet.benchmark;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/**
 * Measures a running service against the engine alone, in turns: single images over 64 connections
 * against as many engine calls at once as there are processors, and JSON batches of 128 images
 * against engine calls with 128 images. The load generator is wrk, on the same machine.
 *
 * <pre>
 * ServingBenchmark URL MODEL PID [STACK_N] [ROUNDS] [SECONDS]
 * </pre>
 */
public final class ServingBenchmark {
  private static final int BATCH = 128;
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final URI classify;
  private final ProcessHandle service;
  private final int seconds;

  /** What one turn of the generator showed. */
  private record Load(
      double requests, double p50, double p99, long failed, double service, double generator) {}

  private ServingBenchmark(URI classify, ProcessHandle service, int seconds) {
    this.classify = classify;
    this.service = service;
    this.seconds = seconds;
  }

  public static void main(String[] arguments) throws Exception {
    var measured =
        new ServingBenchmark(
            URI.create(arguments[0] + "/api/v1/models/" + arguments[1] + "/classify"),
            ProcessHandle.of(Long.parseLong(arguments[2])).orElseThrow(),
            arguments.length > 5 ? Integer.parseInt(arguments[5]) : 5);
    measured.run(
        arguments.length > 3 ? Integer.parseInt(arguments[3]) : 3,
        arguments.length > 4 ? Integer.parseInt(arguments[4]) : 5);
  }

  private void run(int stackN, int rounds) throws Exception {
    byte[] image = png();
    String engine = "onednn-" + precision(image);
    String json =
        "{\"images\": [%s]}"
            .formatted(
                String.join(
                    ", ",
                    Collections.nCopies(
                        BATCH, '"' + Base64.getEncoder().encodeToString(image) + '"')));
    measure(
        "single images, 64 connections",
        new Setting(false, stackN, PROCESSORS, 1),
        engine,
        script("image/png", image),
        64,
        1,
        rounds);
    measure(
        "JSON batches of %d, %d connections".formatted(BATCH, 2 * PROCESSORS),
        new Setting(false, stackN, 0, BATCH),
        engine,
        script("application/json", json.getBytes()),
        2 * PROCESSORS,
        BATCH,
        rounds);
  }

  private void measure(
      String what,
      Setting setting,
      String engine,
      Path script,
      int connections,
      int images,
      int rounds)
      throws Exception {
    List<Double> ratios = new ArrayList<>();
    List<Double> alone = new ArrayList<>();
    List<Load> loads = new ArrayList<>();
    try (var player = new EntryPlayer(engine, setting, PROCESSORS)) {
      player.warmUp(1);
      load(script, connections);
      for (int round = 0; round < rounds; round++) {
        alone.add(player.window());
        loads.add(load(script, connections));
        ratios.add(images * loads.get(round).requests / alone.get(round));
      }
    }
    System.out.printf("%n%s, against %s alone (%s)%n", what, engine, setting);
    show("img/s over HTTP", loads.stream().map(l -> images * l.requests).toList());
    show("img/s, engine alone", alone);
    show("HTTP is ×", ratios);
    show("p50, ms", loads.stream().map(Load::p50).toList());
    show("p99, ms", loads.stream().map(Load::p99).toList());
    show("failed", loads.stream().map(l -> (double) l.failed).toList());
    show("processor time, service", loads.stream().map(Load::service).toList());
    show("processor time, generator", loads.stream().map(Load::generator).toList());
  }

  private static void show(String what, List<Double> values) {
    Spread spread = Spread.of(values);
    System.out.printf(
        Locale.ROOT,
        "  %-26s %,.2f (%,.2f–%,.2f)%n",
        what,
        spread.median(),
        spread.lower(),
        spread.upper());
  }

  private Load load(Path script, int connections) throws Exception {
    Duration before = service.info().totalCpuDuration().orElseThrow();
    long start = System.nanoTime();
    Process wrk =
        new ProcessBuilder(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + seconds + "s",
                "--timeout",
                "30s",
                "--latency",
                "-s",
                script.toString(),
                classify.toString())
            .redirectErrorStream(true)
            .start();
    Duration generator = Duration.ZERO;
    while (!wrk.waitFor(50, TimeUnit.MILLISECONDS)) {
      generator = wrk.info().totalCpuDuration().orElse(generator);
    }
    double processors = PROCESSORS * (double) (System.nanoTime() - start);
    Duration used = service.info().totalCpuDuration().orElseThrow().minus(before);
    String output = new String(wrk.getInputStream().readAllBytes());
    return new Load(
        number(output, "Requests/sec: +([0-9.]+)"),
        milliseconds(output, "50%"),
        milliseconds(output, "99%"),
        failed(output),
        used.toNanos() / processors,
        generator.toNanos() / processors);
  }

  private static long failed(String output) {
    Matcher sockets =
        Pattern.compile("connect ([0-9]+), read ([0-9]+), write ([0-9]+), timeout ([0-9]+)")
            .matcher(output);
    long failed = 0;
    if (sockets.find()) {
      for (int i = 1; i <= 4; i++) {
        failed += Long.parseLong(sockets.group(i));
      }
    }
    Matcher others = Pattern.compile("Non-2xx or 3xx responses: ([0-9]+)").matcher(output);
    return failed + (others.find() ? Long.parseLong(others.group(1)) : 0);
  }

  private static double milliseconds(String output, String percentile) {
    Matcher matcher = Pattern.compile(percentile + " +([0-9.]+)(us|ms|s)\\b").matcher(output);
    if (!matcher.find()) {
      throw new IllegalStateException(output);
    }
    double value = Double.parseDouble(matcher.group(1));
    return switch (matcher.group(2)) {
      case "us" -> value / 1000;
      case "s" -> value * 1000;
      default -> value;
    };
  }

  private static double number(String output, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(output);
    if (!matcher.find()) {
      throw new IllegalStateException(output);
    }
    return Double.parseDouble(matcher.group(1));
  }

  private String precision(byte[] image) throws Exception {
    var answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(classify)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(image))
                    .build(),
                BodyHandlers.ofString());
    Matcher matcher = Pattern.compile("\"precision\":\"([a-z0-9]+)\"").matcher(answer.body());
    if (!matcher.find()) {
      throw new IllegalStateException(answer.body());
    }
    return matcher.group(1);
  }

  /** For wrk: every request sends the same body. */
  private static Path script(String type, byte[] body) throws IOException {
    Path file = Files.createTempFile("serving-", ".body");
    Files.write(file, body);
    Path script = Files.createTempFile("serving-", ".lua");
    Files.writeString(
        script,
        """
        local file = io.open("%s", "rb")
        wrk.body = file:read("*a")
        file:close()
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "%s"
        """
            .formatted(file, type));
    file.toFile().deleteOnExit();
    script.toFile().deleteOnExit();
    return script;
  }

  private static byte[] png() throws IOException {
    var image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    var random = new Random(1);
    for (int i = 0; i < 32 * 32; i++) {
      image.setRGB(i % 32, i / 32, random.nextInt(1 << 24));
    }
    var out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }
}
