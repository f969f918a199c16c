package dev.resnet.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.jobs.JobPage;
import dev.resnet.jobs.JobProgress;
import dev.resnet.jobs.JobQuery;
import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.NewJob;
import dev.resnet.jobs.Retry;
import dev.resnet.jobs.TrainingJob;
import dev.resnet.jobs.TrainingJobs;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.Recipe;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Promote;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "resnet.ops.metrics-interval=100ms",
      "resnet.ops.min-free-space=1MB",
      // Show the details to all clients, because there is no security here.
      "management.endpoint.health.show-details=always"
    })
@ExtendWith(OutputCaptureExtension.class)
class OperationsTests {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private static Path home;

  @LocalServerPort private int port;
  @Autowired private Jobs jobs;
  @Autowired private StartSummary summary;
  @Autowired private MeterRegistry meters;

  @DynamicPropertySource
  static void home(DynamicPropertyRegistry registry) {
    registry.add("resnet.home", () -> home.toString());
  }

  @Test
  void aMetricThatIsNotANumberIsNullInJson() throws Exception {
    meters.gauge("test.nothing", Double.NaN);
    assertThat(json("/actuator/metrics/test.nothing").at("/measurements/0").toString())
        .isEqualTo("{\"statistic\":\"VALUE\",\"value\":null}");
  }

  @Test
  void isReadyOnceTheLibrariesAreLoadedWithADatabaseAndAWritableHome() throws Exception {
    awaitReady();
    JsonNode readiness = json("/actuator/health/readiness");
    assertThat(readiness.get("components").propertyNames())
        .containsExactlyInAnyOrder("db", "engine", "home", "readinessState");
    assertThat(readiness.at("/components/home/details/path").stringValue())
        .isEqualTo(home.toString());
    assertThat(json("/actuator/health/liveness").get("status").stringValue()).isEqualTo("UP");
  }

  @Test
  void reportsItsHardwareAndEngines() throws Exception {
    awaitReady();
    JsonNode info = json("/actuator/info");
    JsonNode engine = info.get("engine");
    assertThat(engine.get("backend").stringValue()).isEqualTo("CpuBackend");
    assertThat(engine.get("device").stringValue()).contains("cores");
    assertThat(engine.get("threads").intValue()).isPositive();
    assertThat(engine.get("features").isArray()).isTrue();
    assertThat(engine.at("/engines/dl4j").stringValue()).isEqualTo("available");
    assertThat(engine.at("/automatic/engine").stringValue()).isEqualTo("onednn");
    assertThat(engine.at("/automatic/reason").stringValue())
        .contains(engine.at("/automatic/precision").stringValue());
    assertThat(info.get("role").stringValue()).isEqualTo("all");
    assertThat(info.at("/java/version").stringValue()).isNotEmpty();
    assertThat(info.at("/process/memory/heap/max").longValue()).isPositive();
  }

  @Test
  void reportsItsBuild() throws Exception {
    JsonNode build = json("/actuator/info").get("build");
    assertThat(build.get("name").stringValue()).isEqualTo("resnet-service");
    assertThat(build.get("version").stringValue()).isNotEmpty();
    assertThat(json("/actuator/sbom/application").path("bomFormat").asString(""))
        .as("the bill of materials, which Maven leaves out offline (-o)")
        .isEqualTo("CycloneDX");
  }

  @Test
  void logsOneLineAboutItsStart(CapturedOutput output) throws Exception {
    awaitReady();
    summary.log(); // log it again: the start ended before this test captured its output
    await()
        .untilAsserted(
            () ->
                assertThat(output.getOut().lines().filter(line -> line.contains("Ready at")))
                    .isNotEmpty()
                    .allSatisfy(
                        line ->
                            assertThat(line)
                                .contains("http://localhost:" + port, "CpuBackend")
                                .contains("auto is onednn", "role all")
                                .contains(home.toString(), "H2")
                                .doesNotContain("MODE=PostgreSQL")));
  }

  @Test
  void seriesOfJobsExistOnlyWhileTheJobsRun() throws Exception {
    jobs.running = List.of(job("one", null), job("two", epoch()));
    await()
        .untilAsserted(
            () ->
                assertThat(get("/actuator/prometheus").body())
                    .contains("resnet_jobs{status=\"RUNNING\"} 2.0")
                    .contains("resnet_jobs{status=\"FAILED\"} 0.0")
                    .contains("resnet_job_epoch{job=\"one\"} 3.0")
                    .contains("resnet_job_epochs{job=\"one\"} 200.0")
                    .contains("resnet_job_train_loss{job=\"one\"} 0.5")
                    .contains("resnet_job_train_accuracy{job=\"one\"} 0.75")
                    .contains("resnet_job_images_per_second{job=\"one\"} 128.0")
                    .contains("resnet_job_eta_seconds{job=\"one\"} 900.0")
                    .doesNotContain("resnet_job_test_loss{job=\"one\"}")
                    .contains("resnet_job_test_loss{job=\"two\"} 0.6")
                    .contains("resnet_job_test_accuracy{job=\"two\"} 0.8")
                    .doesNotContain("resnet_job_validation_loss{job=\"one\"}")
                    .contains("resnet_job_validation_loss{job=\"two\"} 0.4")
                    .contains("resnet_job_validation_accuracy{job=\"two\"} 0.9"));

    jobs.running = List.of();
    await()
        .untilAsserted(
            () ->
                assertThat(get("/actuator/prometheus").body())
                    .contains("resnet_jobs{status=\"RUNNING\"} 0.0")
                    .doesNotContain("{job=\""));
  }

  @Test
  void metricsPauseWhileTheDatabaseIsUnavailable() throws Exception {
    jobs.away = true;
    await()
        .untilAsserted(
            () -> assertThat(get("/actuator/prometheus").body()).doesNotContain("resnet_jobs{"));
    jobs.away = false;
    await()
        .untilAsserted(
            () -> assertThat(get("/actuator/prometheus").body()).contains("resnet_jobs{"));
  }

  @Test
  void exposesNothingElse() throws Exception {
    assertThat(get("/actuator/env").statusCode()).isEqualTo(404);
    assertThat(get("/actuator/heapdump").statusCode()).isEqualTo(404);
    assertThat(json("/actuator").get("_links").propertyNames())
        .contains("health", "info", "prometheus", "metrics")
        .doesNotContain("env", "beans", "loggers", "shutdown");
  }

  private void awaitReady() {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> get("/actuator/health/readiness").statusCode() == 200);
  }

  private JsonNode json(String path) throws Exception {
    return new JsonMapper().readTree(get(path).body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private static JobSnapshot job(String id, @Nullable EpochMetrics latest) {
    return new JobSnapshot(
        new TrainingJob(
            id,
            "a job",
            "a-model",
            JobStatus.RUNNING,
            Recipe.PAPER.config(3, "cifar10", 50000, null),
            null,
            274_442,
            null,
            new JobProgress(3, 100, 1000, 0.5, 0.75, 128.0),
            1,
            0,
            Retry.NONE,
            null,
            null,
            null,
            null,
            Instant.EPOCH,
            Instant.EPOCH,
            null,
            Promote.IF_BETTER,
            null,
            0,
            null,
            null),
        latest,
        latest);
  }

  private static EpochMetrics epoch() {
    var validation = new EpochMetrics.Validation(0.4, 0.9);
    return new EpochMetrics(2, 0.1, 0.7, 0.2, 0.7, 0.6, 0.8, 30, 128, Instant.EPOCH, validation);
  }

  @SpringBootConfiguration
  @EnableAutoConfiguration
  @Import({
    OpsConfiguration.class,
    EngineStart.class,
    EngineHealthIndicator.class,
    DeviceHealthIndicator.class,
    EngineInfo.class,
    RoleInfo.class,
    HomeHealthIndicator.class,
    ServiceUrl.class,
    StartSummary.class,
    JobMetrics.class,
    Jobs.class
  })
  static class Service {}

  /** Jobs set by the test; the metrics only read them. */
  static class Jobs implements TrainingJobs {
    volatile List<JobSnapshot> running = List.of();
    volatile boolean away;

    @Override
    public Map<JobStatus, Long> countByStatus() {
      if (away) {
        throw new DataAccessResourceFailureException("no connection");
      }
      Map<JobStatus, Long> counts = new EnumMap<>(JobStatus.class);
      for (JobStatus status : JobStatus.values()) {
        counts.put(status, status == JobStatus.RUNNING ? (long) running.size() : 0L);
      }
      return counts;
    }

    @Override
    public List<JobSnapshot> running() {
      return running;
    }

    @Override
    public List<JobSnapshot> submit(List<NewJob> jobs, Consumer<List<JobSnapshot>> accepted) {
      throw new AssertionError("metrics submit nothing");
    }

    @Override
    public JobSnapshot get(String id) {
      throw new AssertionError("metrics ask for no single job");
    }

    @Override
    public JobPage list(JobQuery query) {
      throw new AssertionError("metrics page through nothing");
    }

    @Override
    public List<EpochMetrics> epochs(String id, int after) {
      return List.of();
    }

    @Override
    public List<CheckpointFile> checkpoints(String id) {
      return List.of();
    }

    @Override
    public JobSnapshot cancel(String id) {
      throw new AssertionError("metrics cancel nothing");
    }

    @Override
    public JobSnapshot pause(String id) {
      throw new AssertionError("metrics pause nothing");
    }

    @Override
    public JobSnapshot resume(String id) {
      throw new AssertionError("metrics resume nothing");
    }

    @Override
    public JobSnapshot change(String id, @Nullable String name, @Nullable Integer priority) {
      throw new AssertionError("metrics change nothing");
    }

    @Override
    public void delete(String id) {
      throw new AssertionError("metrics delete nothing");
    }
  }
}
