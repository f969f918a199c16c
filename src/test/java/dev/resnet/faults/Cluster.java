package dev.resnet.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.ServiceProcess;
import dev.resnet.database.PostgreSql;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Processes of the service on one PostgreSQL database and one data directory. The database knows
 * each start of each process by a name of its own, so the {@link Journal} can say who wrote what.
 */
final class Cluster implements AutoCloseable {
  static final String JOBS = "/api/v1/training-jobs";

  /** Processes start many times here: a faster start matters more than the speed afterwards. */
  private static final List<String> OPTIONS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m");

  private final Path home;
  private final String url = PostgreSql.migratedDatabase();
  private final HikariDataSource dataSource = new HikariDataSource();
  private final List<String> settings;
  private final Map<String, ServiceProcess> processes = new TreeMap<>();
  private final Map<String, Integer> starts = new TreeMap<>();
  private final Map<String, Launch> launches = new TreeMap<>();

  final JdbcClient jdbc;
  final Journal journal;

  private record Launch(
      List<String> within, String url, Map<String, String> environment, List<String> arguments) {
    Launch(String url, Map<String, String> environment, List<String> arguments) {
      this(List.of(), url, environment, arguments);
    }
  }

  /**
   * @param settings of all processes, as on the command line, without the leading dashes
   */
  Cluster(Path home, String... settings) {
    this.home = home;
    this.settings = List.of(settings);
    dataSource.setJdbcUrl(url);
    dataSource.setUsername(PostgreSql.USER);
    dataSource.setMaximumPoolSize(2);
    jdbc = JdbcClient.create(dataSource);
    journal = new Journal(jdbc);
  }

  /** The database as the processes reach it directly. */
  String url() {
    return url;
  }

  /** Starts an API process; it is ready later. */
  ServiceProcess api(String name) throws IOException {
    return start(name, new Launch(url, environment(1), List.of("resnet.role=api")));
  }

  /** Starts a process that answers and trains, on one thread; it is ready later. */
  ServiceProcess both(String name) throws IOException {
    return start(name, new Launch(url, environment(1), List.of("resnet.role=all")));
  }

  /** The same, started by another program, which replaces itself by the service. */
  ServiceProcess both(String name, List<String> within) throws IOException {
    return start(name, new Launch(within, url, environment(1), List.of("resnet.role=all")));
  }

  /** Starts a worker that trains on one thread; it is ready later. */
  ServiceProcess worker(String name, String... arguments) throws IOException {
    return worker(name, url, environment(1), arguments);
  }

  ServiceProcess worker(
      String name, String url, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("resnet.role=worker"));
    all.addAll(List.of(arguments));
    return start(name, new Launch(url, environment, all));
  }

  /** Bits depend on the number of threads; a measurement at each start would cost a second. */
  static Map<String, String> environment(int threads) {
    return Map.of(
        "OMP_NUM_THREADS",
        Integer.toString(threads),
        "RESNET_ENGINE_AUTO",
        "float32",
        "RESNET_ENGINE_CUDA_DEVICE",
        "none");
  }

  private ServiceProcess start(String name, Launch launch) throws IOException {
    List<String> arguments = new ArrayList<>();
    int start = starts.merge(name, 1, Integer::sum);
    arguments.add(
        "--spring.datasource.url=%s&ApplicationName=%s"
            .formatted(launch.url(), name + "." + start));
    arguments.add("--spring.datasource.username=" + PostgreSql.USER);
    settings.forEach(setting -> arguments.add("--" + setting));
    launch.arguments().forEach(argument -> arguments.add("--" + argument));
    ServiceProcess process =
        ServiceProcess.launch(launch.within(), home, launch.environment(), OPTIONS, arguments);
    processes.put(name, process);
    launches.put(name, launch);
    return process;
  }

  ServiceProcess process(String name) {
    return processes.get(name);
  }

  Set<String> names() {
    return processes.keySet();
  }

  /** Kills a process wherever it is (SIGKILL). */
  void kill(String name) {
    journal.killed(name + "." + starts.get(name));
    processes.get(name).kill();
  }

  ServiceProcess restart(String name) throws IOException {
    return start(name, launches.get(name));
  }

  void awaitReady() {
    processes.values().forEach(ServiceProcess::awaitReady);
  }

  /** The id of the submitted job. */
  String submit(String api, TinyJob job) throws Exception {
    return process(api).post(JOBS, job.body()).get("id").stringValue();
  }

  long count(String table) {
    return jdbc.sql("select count(*) from " + table).query(Long.class).single();
  }

  String status(String job) {
    return jdbc.sql("select status from training_job where id = ?")
        .param(job)
        .query(String.class)
        .single();
  }

  int epochs(String job) {
    return jdbc.sql("select coalesce(max(epoch), 0) from training_epoch where job_id = ?")
        .param(job)
        .query(Integer.class)
        .single();
  }

  void awaitEpoch(String job, int epoch) {
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> epochs(job) >= epoch);
  }

  void awaitSuccess(String job, Duration longest) {
    await()
        .atMost(longest)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> status(job),
            status -> {
              assertThat(status).as("job %s", job).isNotIn("FAILED", "CANCELLED", "PAUSED");
              return status.equals("SUCCEEDED");
            });
  }

  /** The faults of one kind that a process has counted. */
  static double faults(ServiceProcess process, String kind)
      throws IOException, InterruptedException {
    return metric(process, "resnet_job_faults_total{kind=\"" + kind + "\"}");
  }

  static double metric(ServiceProcess process, String name)
      throws IOException, InterruptedException {
    String series = name + " ";
    return new String(process.bytes("/actuator/prometheus"), UTF_8)
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length())))
        .sum();
  }

  @Override
  public void close() {
    // SIGKILL: a process that a test has stopped could not answer anything else.
    processes.values().forEach(ServiceProcess::kill);
    dataSource.close();
  }
}
