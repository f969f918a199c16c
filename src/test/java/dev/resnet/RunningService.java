package dev.resnet;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service on a free port of this machine, and a client for it. */
public final class RunningService implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final ConfigurableApplicationContext context;

  private RunningService(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /**
   * Starts the service with a database in memory, unless the settings name another.
   *
   * @param settings as on the command line, without the leading dashes
   */
  public static RunningService start(Path home, String... settings) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--server.port=0");
    arguments.add("--resnet.home=" + home);
    arguments.add(
        "--spring.datasource.url=jdbc:h2:mem:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            .formatted(UUID.randomUUID()));
    for (String setting : settings) {
      String name = setting.substring(0, setting.indexOf('=') + 1);
      arguments.removeIf(given -> given.startsWith("--" + name));
      arguments.add("--" + setting);
    }
    return new RunningService(
        new SpringApplicationBuilder(WholeService.class).run(arguments.toArray(String[]::new)));
  }

  /** Waits until the native libraries are loaded; the start does not wait for them. */
  public RunningService awaitHealthy() {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> get("/actuator/health", null).statusCode() == 200);
    return this;
  }

  public ConfigurableApplicationContext context() {
    return context;
  }

  public int port() {
    return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  public int managementPort() {
    return context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
  }

  public HttpRequest.Builder request(String path, @Nullable String key) {
    return request(port(), path, key);
  }

  public HttpResponse<String> get(String path, @Nullable String key) throws Exception {
    return send(request(path, key));
  }

  public JsonNode json(String path, @Nullable String key) throws Exception {
    return JsonMapper.shared().readTree(get(path, key).body());
  }

  public HttpResponse<String> manage(String path) throws Exception {
    return send(request(managementPort(), path, null));
  }

  /** Sends a request, with a JSON body if the method has one. */
  public HttpResponse<String> call(String method, String path, @Nullable String key, String body)
      throws Exception {
    boolean bodiless = method.equals("GET") || method.equals("DELETE");
    return send(
        request(path, key)
            .header("Content-Type", "application/json")
            .method(method, bodiless ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
  }

  public static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(int port, String path, @Nullable String key) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20));
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  @Override
  public void close() {
    context.close();
  }
}
