import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/**
 * Measures what a trained network is worth for a small data set, against a running service.
 *
 * <p>{@code java benchmarks/SmallSets.java http://localhost:8080 cifar-10-batches-bin 3 20 100}: the
 * address, the pictures, {@code stack_n}, and the numbers of pictures a class.
 *
 * <p>Uploads two data sets made of CIFAR-10: one of its first five classes, one of the other five.
 * A network is trained on the first. Then networks are trained on a few pictures a class of the
 * second, once from scratch and once from that network, each with three seeds; a seed also chooses
 * the pictures. The table shows the accuracy on 1,000 test pictures of the second.
 */
final class SmallSets {
  private static final List<String> FIRST =
      List.of("airplane", "automobile", "bird", "cat", "deer");
  private static final List<String> SECOND = List.of("dog", "frog", "horse", "ship", "truck");
  private static final int PIXELS = 1024;

  private final HttpClient client = HttpClient.newHttpClient();
  private final String api;

  private SmallSets(String service) {
    api = service + "/api/v1";
  }

  public static void main(String[] args) throws Exception {
    var sets = new SmallSets(args[0]);
    Path cifar = Path.of(args[1]);
    int stackN = Integer.parseInt(args[2]);
    sets.upload("half-one", cifar, FIRST, 0);
    sets.upload("half-two", cifar, SECOND, 5);
    String base =
        sets.trained(
            """
            {"stack_n": %d, "dataset": "half-one", "model": "half-one", "recipe": "fast"}"""
                .formatted(stackN));
    System.out.printf("%nthe network to start from: %s%n%n", sets.accuracy(base));
    System.out.println("| pictures a class | training | seed 1 | seed 2 | seed 3 | mean |");
    System.out.println("|---|---|---|---|---|---|");
    for (String number : Arrays.copyOfRange(args, 3, args.length)) {
      int each = Integer.parseInt(number);
      sets.row(each, stackN, "from scratch", "");
      sets.row(each, stackN, "from the network", start("none"));
      sets.row(each, stackN, "its last layer only", start("backbone"));
    }
  }

  private static String start(String freeze) {
    return ", \"start_from\": {\"model\": \"half-one\", \"freeze\": \"%s\"}".formatted(freeze);
  }

  private void row(int each, int stackN, String what, String more) throws Exception {
    var cells = new ArrayList<String>();
    double sum = 0;
    for (int seed = 1; seed <= 3; seed++) {
      String job =
          trained(
              """
              {"stack_n": %d, "dataset": "half-two", "model": "half-two", "recipe": "small",
               "train_limit": %d, "test_limit": 1000, "seed": %d, "promote": "never"%s}"""
                  .formatted(stackN, 5 * each, seed, more));
      double accuracy = Double.parseDouble(accuracy(job));
      sum += accuracy;
      cells.add(percent(accuracy));
    }
    cells.add("**" + percent(sum / 3) + "**");
    System.out.printf("| %d | %s | %s |%n", each, what, String.join(" | ", cells));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** The id of a job that has succeeded. */
  private String trained(String request) throws Exception {
    String id = field(call("POST", "/training-jobs", BodyPublishers.ofString(request)), "id");
    String job;
    do {
      Thread.sleep(500);
      job = call("GET", "/training-jobs/" + id, BodyPublishers.noBody());
    } while (List.of("QUEUED", "RUNNING").contains(field(job, "status")));
    if (!field(job, "status").equals("SUCCEEDED")) {
      throw new IllegalStateException(job);
    }
    return id;
  }

  /** Test accuracy of the last epoch. */
  private String accuracy(String id) throws Exception {
    String[] lines =
        call("GET", "/training-jobs/" + id + "/epochs", BodyPublishers.noBody(), "text/csv")
            .strip()
            .split("\n");
    int column = Arrays.asList(lines[0].strip().split(",")).indexOf("test_accuracy");
    return lines[lines.length - 1].strip().split(",")[column];
  }

  private void upload(String name, Path cifar, List<String> classes, int first) throws Exception {
    Path zip = Files.createTempFile(name, ".zip");
    try {
      write(zip, cifar, classes, first);
      long from = System.nanoTime();
      String answer = call("PUT", "/datasets/" + name, BodyPublishers.ofFile(zip));
      while (!field(answer, "status").equals("READY")) {
        Thread.sleep(100);
        answer = call("GET", "/datasets/" + name, BodyPublishers.noBody());
        if (field(answer, "status").equals("FAILED")) {
          throw new IllegalStateException(answer);
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%s: 30,000 PNG pictures, %d MB, ready in %.1f s%n",
          name,
          Files.size(zip) >> 20,
          (System.nanoTime() - from) * 1e-9);
    } finally {
      Files.delete(zip);
    }
  }

  private static void write(Path zip, Path cifar, List<String> classes, int first)
      throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(zip));
        var archive = new ZipOutputStream(out)) {
      for (int file = 1; file <= 6; file++) {
        String split = file == 6 ? "test" : "train";
        byte[] records =
            Files.readAllBytes(
                cifar.resolve(file == 6 ? "test_batch.bin" : "data_batch_" + file + ".bin"));
        for (int at = 0; at < records.length; at += 1 + 3 * PIXELS) {
          int label = records[at] - first;
          if (label >= 0 && label < classes.size()) {
            archive.putNextEntry(
                new ZipEntry(
                    "%s/%s/%d-%d.png".formatted(split, classes.get(label), file, at / 3073)));
            ImageIO.write(picture(records, at + 1), "png", archive);
            archive.closeEntry();
          }
        }
      }
    }
  }

  /** Three planes of 32×32 bytes. */
  private static BufferedImage picture(byte[] planes, int from) {
    var image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < PIXELS; i++) {
      int red = planes[from + i] & 0xff;
      int green = planes[from + PIXELS + i] & 0xff;
      int blue = planes[from + 2 * PIXELS + i] & 0xff;
      image.setRGB(i % 32, i / 32, red << 16 | green << 8 | blue);
    }
    return image;
  }

  private String call(String method, String path, HttpRequest.BodyPublisher body)
      throws Exception {
    return call(method, path, body, "application/json");
  }

  private String call(String method, String path, HttpRequest.BodyPublisher body, String accept)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(api + path))
            .header("Accept", accept)
            .header("Content-Type", "application/json")
            .method(method, body)
            .build();
    var answer = client.send(request, BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }

  /** The first field of this name; enough for the answers that are read here. */
  private static String field(String json, String name) {
    Matcher matcher = Pattern.compile("\"%s\":\"([^\"]*)\"".formatted(name)).matcher(json);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + name + " in " + json);
    }
    return matcher.group(1);
  }
}
