package dev.resnet.demo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Trains a small network, classifies a test image and shows what to try next, using only the public
 * API.
 */
final class Demo {
  private static final String DATASET = "synthetic";
  private static final List<String> ENDED = List.of("SUCCEEDED", "FAILED", "CANCELLED");

  /** How often to print a new line if lines can't be redrawn. */
  private static final Duration LINE_INTERVAL = Duration.ofSeconds(5);

  private final ServiceClient service;
  private final Terminal terminal;
  private final DemoProperties properties;

  Demo(ServiceClient service, Terminal terminal, DemoProperties properties) {
    this.service = service;
    this.terminal = terminal;
    this.properties = properties;
  }

  /** Runs the demo. On failure it prints why, and the service keeps running. */
  void run() throws InterruptedException {
    try {
      awaitReady();
      Optional<JsonNode> model = service.find("/api/v1/models/" + properties.model());
      if (model.isPresent()) {
        terminal.line(
            "The model '%s' exists from an earlier start, so nothing is trained."
                .formatted(properties.model()));
        terminal.line("Use another resnet.home to start over. A test image:");
      } else {
        train();
      }
      classify();
      printNextSteps();
    } catch (DemoFailedException e) {
      terminal.line("The demo has failed: " + e.getMessage());
      terminal.line("The service keeps running at " + service.url() + "; Ctrl-C ends it.");
    }
  }

  private void awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + properties.readyTimeout().toNanos();
    while (!service.isReady()) {
      if (System.nanoTime() > deadline) {
        throw new DemoFailedException(
            "the service did not become ready within %d s; %s/actuator/health says why."
                .formatted(properties.readyTimeout().toSeconds(), service.url()));
      }
      Thread.sleep(properties.pollInterval().toMillis());
    }
  }

  private void train() throws InterruptedException {
    JsonNode job = unfinished().orElse(null);
    if (job == null) {
      job = service.post("/api/v1/training-jobs", request());
      terminal.line(
          "Training ResNet-%d (%,d parameters) on %d images of the data set '%s', %d epochs:"
              .formatted(
                  job.path("depth").asInt(),
                  job.path("parameters").asLong(),
                  properties.trainLimit(),
                  DATASET,
                  properties.epochs()));
    } else {
      terminal.line("Continuing an unfinished training job of an earlier start:");
    }
    JsonNode ended = watch(job.path("id").asString());
    if (!ended.path("status").asString().equals("SUCCEEDED")) {
      throw new DemoFailedException(
          "the job %s is %s: %s"
              .formatted(
                  ended.path("id").asString(),
                  ended.path("status").asString(),
                  ended.path("error").asString("no reason given")));
    }
    terminal.line(
        "The network is registered as model '%s', version %s. A test image:"
            .formatted(properties.model(), ended.path("model_version").asString("1")));
  }

  /** An interrupted job of an earlier start; the service resumes it by itself. */
  private Optional<JsonNode> unfinished() throws InterruptedException {
    JsonNode jobs = service.get("/api/v1/training-jobs?size=100");
    return StreamSupport.stream(jobs.path("items").spliterator(), false)
        .filter(job -> job.path("model").asString("").equals(properties.model()))
        .filter(job -> List.of("QUEUED", "RUNNING").contains(job.path("status").asString("")))
        .findFirst();
  }

  private Map<String, Object> request() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("stack_n", properties.stackN());
    request.put("name", "demo");
    request.put("model", properties.model());
    request.put("dataset", DATASET);
    request.put("recipe", "fast");
    request.put("epochs", properties.epochs());
    request.put("batch_size", properties.batchSize());
    // Small batches and few steps need a lower peak than the recipe's, which is for batches of 128.
    request.put("learning_rate", Map.of("schedule", "one_cycle", "peak", 0.15, "warmup_epochs", 1));
    // With so few steps, random crops reduce accuracy: 77 % with crops, 87 % without (means of
    // three seeds).
    request.put("augmentation", Map.of("crop_padding", 0, "horizontal_flip", true));
    request.put("train_limit", properties.trainLimit());
    request.put("test_limit", properties.testLimit());
    return request;
  }

  /** Shows the progress within and after each epoch, until the job has ended. */
  private JsonNode watch(String id) throws InterruptedException {
    int shownEpoch = 0;
    long shownAt = System.nanoTime() - LINE_INTERVAL.toNanos();
    while (true) {
      JsonNode job = service.get("/api/v1/training-jobs/" + id);
      JsonNode epochs =
          service.get("/api/v1/training-jobs/" + id + "/epochs?after=" + shownEpoch).path("items");
      for (JsonNode epoch : epochs) {
        shownEpoch = epoch.path("epoch").asInt();
        terminal.line(ProgressLine.ofEpoch(epoch, job.at("/progress/epochs").asInt()));
      }
      if (ENDED.contains(job.path("status").asString())) {
        return job;
      }
      if (terminal.interactive() || System.nanoTime() - shownAt >= LINE_INTERVAL.toNanos()) {
        terminal.redraw(
            job.path("waiting_for").isString()
                ? "waiting for " + job.path("waiting_for").asString()
                : ProgressLine.of(job));
        shownAt = System.nanoTime();
      }
      Thread.sleep(properties.pollInterval().toMillis());
    }
  }

  private void classify() throws InterruptedException {
    ServiceClient.LabelledPicture picture = service.picture(DATASET, properties.picture());
    JsonNode answer =
        service.postPicture(
            "/api/v1/models/" + properties.model() + "/classify?top_k=3", picture.png());
    if (terminal.colours()) {
      HalfBlocks.lines(picture.png()).forEach(row -> terminal.line("  " + row));
    }
    JsonNode prediction = answer.path("predictions").path(0);
    String label = prediction.path("label").asString("");
    terminal.line("  truth:      " + picture.label());
    for (JsonNode candidate : prediction.path("top")) {
      terminal.line(
          "  prediction: %-20s %5.1f %%"
              .formatted(
                  candidate.path("label").asString(),
                  candidate.path("probability").asDouble() * 100));
    }
    terminal.line(
        label.equals(picture.label())
            ? "  The network is right."
            : "  The network is wrong here; more epochs improve it.");
  }

  private void printNextSteps() {
    String lines =
        """

        Try next:
          curl -X POST URL/api/v1/training-jobs -H 'Content-Type: application/json' \\
               -d '{"stack_n": 1, "dataset": "DATASET", "recipe": "fast", "train_limit": 5000}'
          curl URL/api/v1/training-jobs
          curl -o picture.png URL/api/v1/datasets/DATASET/images/test/0
          curl -X POST 'URL/api/v1/models/MODEL/classify?top_k=3' -H 'Content-Type: image/png' \\
               --data-binary @picture.png
        Try the API in the browser:  URL/swagger-ui.html
        Health, back-end, metrics:      URL/actuator/health  URL/actuator/info  URL/actuator/prometheus
        The service keeps running; Ctrl-C ends it."""
            .replace("URL", service.url())
            .replace("DATASET", DATASET)
            .replace("MODEL", properties.model());
    lines.lines().forEach(terminal::line);
  }
}
