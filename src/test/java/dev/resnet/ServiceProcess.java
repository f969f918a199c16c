package dev.resnet;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged jar as a separate process, on a free port. */
public final class ServiceProcess implements AutoCloseable {
  private static final Pattern URL = Pattern.compile("Ready at (http://[^ ]+)");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Outlives a process and the home that it may fill, so a failed test can be understood. */
  private static final Path LOGS = Path.of("target", "process-logs");

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final Path log;
  private @Nullable String url;

  private ServiceProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts the jar on {@code home} and waits until it reports that it is ready. */
  static ServiceProcess start(Path home, String... arguments) throws IOException {
    return start(home, Map.of(), arguments);
  }

  /** Starts the jar with {@code environment} in addition to that of this process. */
  static ServiceProcess start(Path home, Map<String, String> environment, String... arguments)
      throws IOException {
    return launch(home, environment, List.of(), List.of(arguments)).awaitReady();
  }

  /**
   * Starts the jar and returns at once.
   *
   * @param options of the JVM
   */
  public static ServiceProcess launch(
      Path home, Map<String, String> environment, List<String> options, List<String> arguments)
      throws IOException {
    return launch(List.of(), home, environment, options, arguments);
  }

  /**
   * @param within a program with its arguments that replaces itself by the command that follows
   */
  public static ServiceProcess launch(
      List<String> within,
      Path home,
      Map<String, String> environment,
      List<String> options,
      List<String> arguments)
      throws IOException {
    Path log = Files.createTempFile(Files.createDirectories(LOGS), "service", ".log");
    List<String> command = new ArrayList<>(within);
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(options);
    command.addAll(program());
    command.add("--server.port=0");
    command.add("--resnet.home=" + home);
    command.addAll(arguments);
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return new ServiceProcess(builder.start(), log);
  }

  /** The jar; the compiled classes where a test runs without a build of it. */
  private static List<String> program() {
    String jar = System.getProperty("resnet.jar");
    if (jar != null) {
      return List.of("-jar", jar);
    }
    String classes =
        Pattern.compile(File.pathSeparator, Pattern.LITERAL)
            .splitAsStream(System.getProperty("java.class.path"))
            .filter(entry -> !entry.endsWith("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));
    return List.of("-cp", classes, ResNetServiceApplication.class.getName());
  }

  public ServiceProcess awaitReady() {
    url();
    return this;
  }

  private synchronized String url() {
    if (url == null) {
      url = await().atMost(Duration.ofMinutes(3)).until(this::announcedUrl, found -> found != null);
    }
    return url;
  }

  private @Nullable String announcedUrl() throws IOException {
    String text = log();
    if (!process.isAlive()) {
      throw new IllegalStateException("the service ended: " + text);
    }
    Matcher matcher = URL.matcher(text);
    return matcher.find() ? matcher.group(1) : null;
  }

  /** What the process has written so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  /** Host and port. */
  public String address() {
    return URI.create(url()).getAuthority();
  }

  /**
   * Lets this time pass.
   *
   * @throws IllegalStateException if the process ends by itself meanwhile
   */
  public void staysAliveFor(Duration time) throws IOException, InterruptedException {
    if (process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("the service ended: " + log());
    }
  }

  /** Sends a signal: STOP halts the process wherever it is, CONT lets it continue. */
  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    if (kill.waitFor() != 0) {
      throw new IllegalStateException("kill -" + name + " failed");
    }
  }

  public JsonNode get(String path) throws IOException, InterruptedException {
    return JSON.readTree(bytes(path));
  }

  public byte[] bytes(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(url() + path)).build());
  }

  public JsonNode post(String path, Map<String, ?> body) throws IOException, InterruptedException {
    return post(path, "application/json", JSON.writeValueAsBytes(body));
  }

  JsonNode post(String path, String type, byte[] body) throws IOException, InterruptedException {
    return JSON.readTree(
        send(
            HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build()));
  }

  /** The status of the answer. */
  public int tryPost(String path, Map<String, ?> body) throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  public long pid() {
    return process.pid();
  }

  public void put(String path, byte[] body) throws IOException, InterruptedException {
    send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  private byte[] send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
    if (response.statusCode() >= 300) {
      throw new IllegalStateException(
          request.uri() + ": " + response.statusCode() + " " + new String(response.body()));
    }
    return response.body();
  }

  /** SIGKILL: the process can't clean up. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
