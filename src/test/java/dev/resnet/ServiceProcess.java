package dev.resnet;

import static org.awaitility.Awaitility.await;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged jar as a separate process, on a free port. */
final class ServiceProcess implements AutoCloseable {
  private static final Pattern URL = Pattern.compile("Ready at (http://[^ ]+)");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final Path log;
  private final String url;

  private ServiceProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.url =
        await().atMost(Duration.ofSeconds(90)).until(this::announcedUrl, found -> found != null);
  }

  /** Starts the jar on {@code home} and waits until it reports that it is ready. */
  static ServiceProcess start(Path home, String... arguments) throws IOException {
    return start(home, Map.of(), arguments);
  }

  /** Starts the jar with {@code environment} in addition to that of this process. */
  static ServiceProcess start(Path home, Map<String, String> environment, String... arguments)
      throws IOException {
    Path log = Files.createTempFile(home, "service", ".log");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of(
            "-jar", System.getProperty("resnet.jar"), "--server.port=0", "--resnet.home=" + home));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return new ServiceProcess(builder.start(), log);
  }

  private @org.jspecify.annotations.Nullable String announcedUrl() throws IOException {
    String text = Files.readString(log);
    if (!process.isAlive()) {
      throw new IllegalStateException("the service ended: " + text);
    }
    Matcher matcher = URL.matcher(text);
    return matcher.find() ? matcher.group(1) : null;
  }

  /** Host and port. */
  String address() {
    return URI.create(url).getAuthority();
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return JSON.readTree(bytes(path));
  }

  byte[] bytes(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(url + path)).build());
  }

  JsonNode post(String path, Map<String, ?> body) throws IOException, InterruptedException {
    return post(path, "application/json", JSON.writeValueAsBytes(body));
  }

  JsonNode post(String path, String type, byte[] body) throws IOException, InterruptedException {
    return JSON.readTree(
        send(
            HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build()));
  }

  void put(String path, byte[] body) throws IOException, InterruptedException {
    send(
        HttpRequest.newBuilder(URI.create(url + path))
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
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
