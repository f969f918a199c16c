import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/**
 * Loads a running service with classifications of one PNG each, beside a training and without one.
 *
 * <p>{@code java benchmarks/ServingLoad.java http://127.0.0.1:8080 MODEL [SECONDS] [ROUNDS]
 * [CLIENTS]}. The service needs a model and no waiting jobs. In each round the phases follow each
 * other, so a change of the machine's speed meets all of them; the medians over the rounds are
 * printed. The generator runs on the same machine and takes part of its processors.
 */
final class ServingLoad {
  private static final int RATE = 50;
  private static final int BATCH = 128;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final URI service;
  private final byte[] request;
  private final int seconds;
  private final int clients;

  private ServingLoad(URI service, String model, int seconds, int clients) throws IOException {
    this.service = service;
    this.seconds = seconds;
    this.clients = clients;
    byte[] png = png();
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(
        ("POST /api/v1/models/%s/classify HTTP/1.1\r\nHost: %s\r\nContent-Type: image/png\r\n"
                + "Content-Length: %d\r\n\r\n")
            .formatted(model, service.getAuthority(), png.length)
            .getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(png);
    this.request = bytes.toByteArray();
  }

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
    var load =
        new ServingLoad(
            URI.create(args[0]),
            args[1],
            args.length > 2 ? Integer.parseInt(args[2]) : 10,
            args.length > 4 ? Integer.parseInt(args[4]) : 64);
    load.run(rounds);
  }

  private void run(int rounds) throws Exception {
    saturate(); // warm-up
    var alone = new ArrayList<Answers>();
    var aloneRate = new ArrayList<Answers>();
    for (int i = 0; i < rounds; i++) {
      alone.add(saturate());
      aloneRate.add(steady());
    }
    show("saturation, no training", alone, List.of(), 0);
    show(RATE + " requests/s, no training", aloneRate, List.of(), 0);
    String job = start();
    try {
      var training = new ArrayList<Double>();
      var besideRate = new ArrayList<Double>();
      var besideLoad = new ArrayList<Double>();
      var rate = new ArrayList<Answers>();
      var saturated = new ArrayList<Answers>();
      for (int i = 0; i < rounds; i++) {
        training.add(trainingSpeed(job, null, this::pause));
        besideRate.add(trainingSpeed(job, rate, this::steady));
        besideLoad.add(trainingSpeed(job, saturated, this::saturate));
      }
      double base = median(training);
      System.out.printf(Locale.ROOT, "training alone: %.0f img/s%n", base);
      show(RATE + " requests/s beside it", rate, besideRate, base);
      show("saturation beside it", saturated, besideLoad, base);
    } finally {
      call("POST", "/api/v1/training-jobs/" + job + "/cancel", "");
    }
  }

  private static void show(String phase, List<Answers> answers, List<Double> training, double base) {
    System.out.printf(
        Locale.ROOT,
        "%s: %.0f requests/s, p50 %.2f ms, p99 %.2f ms, refused %d, failed %d",
        phase,
        median(answers.stream().map(a -> a.perSecond).toList()),
        median(answers.stream().map(a -> a.percentile(0.5)).toList()),
        median(answers.stream().map(a -> a.percentile(0.99)).toList()),
        answers.stream().mapToInt(a -> a.refused).sum(),
        answers.stream().mapToInt(a -> a.failed).sum());
    if (!training.isEmpty()) {
      System.out.printf(
          Locale.ROOT,
          "; training %.0f img/s, keeps %.0f %%",
          median(training),
          100 * median(training) / base);
    }
    System.out.println();
  }

  /** A failure ends the program, whatever the others wait for. */
  private static Thread daemon(Runnable task) {
    var thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  /** A load for some seconds. */
  private interface Phase {
    Answers run() throws Exception;
  }

  private Answers pause() throws Exception {
    LockSupport.parkNanos(seconds * 1_000_000_000L);
    return new Answers(new long[0], 1, 0, 0);
  }

  /** As many clients as there may be, each with one request after another. */
  private Answers saturate() throws Exception {
    return measured(clients, Integer.MAX_VALUE);
  }

  /** Requests at fixed times, whether or not earlier ones have been answered. */
  private Answers steady() throws Exception {
    return measured(16, RATE);
  }

  private Answers measured(int threads, int rate) throws Exception {
    var pool = Executors.newFixedThreadPool(threads, ServingLoad::daemon);
    long start = System.nanoTime();
    long end = start + seconds * 1_000_000_000L;
    var number = new AtomicInteger();
    var results = new ArrayList<Future<Answers>>();
    for (int i = 0; i < threads; i++) {
      results.add(pool.submit(() -> client(start, end, rate, number)));
    }
    var all = new ArrayList<Answers>();
    for (var result : results) {
      all.add(result.get());
    }
    pool.shutdown();
    long[] times = all.stream().flatMapToLong(a -> Arrays.stream(a.nanos)).sorted().toArray();
    return new Answers(
        times,
        seconds,
        all.stream().mapToInt(a -> a.refused).sum(),
        all.stream().mapToInt(a -> a.failed).sum());
  }

  private Answers client(long start, long end, int rate, AtomicInteger number) throws Exception {
    var times = new ArrayList<Long>();
    int refused = 0;
    int failed = 0;
    Connection connection = new Connection(service);
    try {
      while (true) {
        if (connection.ended) {
          connection.close();
          connection = new Connection(service);
        }
        long due = System.nanoTime();
        if (rate != Integer.MAX_VALUE) {
          due = start + number.getAndIncrement() * 1_000_000_000L / rate;
          LockSupport.parkNanos(due - System.nanoTime());
        }
        if (due >= end) {
          break;
        }
        int status = connection.send(request);
        if (status == 200) {
          times.add(System.nanoTime() - due);
        } else if (status == 429) {
          refused++;
        } else {
          failed++;
        }
      }
    } finally {
      connection.close();
    }
    return new Answers(times.stream().mapToLong(t -> t).toArray(), 1, refused, failed);
  }

  private String start() throws Exception {
    String body =
        call(
            "POST",
            "/api/v1/training-jobs",
            "{\"stack_n\": 3, \"dataset\": \"synthetic\", \"epochs\": 10000, \"batch_size\": %d, \"learning_rate\": {\"schedule\": \"constant\", \"value\": 0.01}, \"promote\": \"never\"}"
                .formatted(BATCH));
    String job = text(body, "\"id\":\"([^\"]+)\"");
    while (number(call("GET", "/api/v1/training-jobs/" + job, "")) < 50) {
      LockSupport.parkNanos(500_000_000L);
    }
    return job;
  }

  /** Images a second, between the first and the last change of the progress in a phase. */
  private double trainingSpeed(String job, List<Answers> answers, Phase phase) throws Exception {
    var pool = Executors.newSingleThreadExecutor(ServingLoad::daemon);
    var running = pool.submit(phase::run);
    long first = 0;
    long firstAt = 0;
    long last = 0;
    long lastAt = 0;
    long known = number(call("GET", "/api/v1/training-jobs/" + job, ""));
    while (!running.isDone()) {
      LockSupport.parkNanos(50_000_000L);
      long now = number(call("GET", "/api/v1/training-jobs/" + job, ""));
      if (now != known) {
        known = now;
        last = now;
        lastAt = System.nanoTime();
        if (firstAt == 0) {
          first = now;
          firstAt = lastAt;
        }
      }
    }
    pool.shutdown();
    if (answers != null) {
      answers.add(running.get());
    }
    return (last - first) * (double) BATCH * 1e9 / Math.max(1, lastAt - firstAt);
  }

  private String call(String method, String path, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(service.resolve(path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body));
    var response = HTTP.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() >= 300) {
      throw new IOException(response.body());
    }
    return response.body();
  }

  private static long number(String job) {
    Matcher matcher = Pattern.compile("\"iteration\":([0-9]+)").matcher(job);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  private static String text(String body, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(body);
    if (!matcher.find()) {
      throw new IllegalStateException(body);
    }
    return matcher.group(1);
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

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /** A connection that is kept until the service ends it. */
  private static final class Connection {
    private final Socket socket;
    private final InputStream in;
    private boolean ended;

    Connection(URI service) throws IOException {
      socket = new Socket(service.getHost(), service.getPort());
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends a request, reads the whole answer and returns its status. */
    int send(byte[] request) throws IOException {
      socket.getOutputStream().write(request);
      int status = Integer.parseInt(line().split(" ")[1]);
      int length = -1;
      for (String line = line(); !line.isEmpty(); line = line()) {
        String lower = line.toLowerCase(Locale.ROOT);
        if (lower.startsWith("content-length:")) {
          length = Integer.parseInt(lower.substring(15).strip());
        }
        ended |= lower.equals("connection: close");
      }
      if (length >= 0) {
        in.skipNBytes(length);
        return status;
      }
      for (int chunk = -1; chunk != 0; ) {
        chunk = Integer.parseInt(line(), 16);
        in.skipNBytes(chunk + 2);
      }
      return status;
    }

    private String line() throws IOException {
      var line = new StringBuilder();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IOException("the connection ended");
        }
        if (c != '\r') {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    void close() throws IOException {
      socket.close();
    }
  }

  /** The answers of a phase, their times sorted. */
  private static final class Answers {
    private final long[] nanos;
    private final double perSecond;
    private final int refused;
    private final int failed;

    Answers(long[] nanos, int seconds, int refused, int failed) {
      this.nanos = nanos;
      this.perSecond = nanos.length / (double) seconds;
      this.refused = refused;
      this.failed = failed;
    }

    double percentile(double part) {
      return nanos.length == 0 ? 0 : nanos[(int) (part * (nanos.length - 1))] / 1e6;
    }
  }
}
