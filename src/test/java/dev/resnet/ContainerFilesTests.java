package dev.resnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Checks the container files without a container; {@code .ci/image} runs them. */
class ContainerFilesTests {
  private static final List<String> OURS = List.of("api", "worker", "worker-gpu");

  private final Map<String, Map<String, Object>> services = map(compose().get("services"));

  @Test
  void noPasswordIsInTheComposeFile() {
    assertThat(services.values())
        .allSatisfy(
            service ->
                assertThat(environment(service))
                    .allSatisfy(
                        (name, value) -> {
                          if (name.endsWith("PASSWORD")) {
                            // Compose refuses to start without it, and says where to look.
                            assertThat(value).matches("\\$\\{[A-Z_]+:\\?.*\\.env\\.example.*}");
                          }
                        }));
    assertThat(environment(services.get("api"))).containsKey("SPRING_DATASOURCE_PASSWORD");
    assertThat(environment(services.get("postgres"))).containsKey("POSTGRES_PASSWORD");
    assertThat(environment(services.get("grafana"))).containsKey("GF_SECURITY_ADMIN_PASSWORD");
  }

  @Test
  void everythingStartsWhenWhatItNeedsIsHealthy() {
    services.forEach(
        (name, service) -> {
          if (!name.equals("postgres")) {
            assertThat(service).as(name).containsKey("depends_on");
            assertThat(map(service.get("depends_on")))
                .as(name)
                .allSatisfy(
                    (needed, how) -> {
                      assertThat(map(how)).containsEntry("condition", "service_healthy");
                      // The service's images contain their health check.
                      assertThat(
                              OURS.contains(needed)
                                  || services.get(needed).containsKey("healthcheck"))
                          .isTrue();
                    });
          }
        });
  }

  @Test
  void theServiceNeedsNoPrivilegeUnderCompose() {
    assertThat(OURS)
        .allSatisfy(
            name ->
                assertThat(services.get(name))
                    .containsEntry("read_only", true)
                    .containsEntry("cap_drop", List.of("ALL"))
                    .containsEntry("security_opt", List.of("no-new-privileges:true"))
                    .containsEntry("tmpfs", List.of("/tmp")));
  }

  @Test
  void workersTrainAndTheApiDoesNot() {
    assertThat(environment(services.get("api"))).containsEntry("RESNET_ROLE", "api");
    assertThat(environment(services.get("worker"))).containsEntry("RESNET_ROLE", "worker");
    assertThat(environment(services.get("worker-gpu"))).containsEntry("RESNET_ROLE", "worker");
    assertThat(services.get("worker-gpu")).containsEntry("profiles", List.of("gpu"));
    // A published port would make --scale impossible.
    assertThat(services.get("worker")).doesNotContainKey("ports");
  }

  @Test
  void withoutKeysTheServicesOfComposeMayCallEachOtherByName() {
    assertThat(OURS)
        .allSatisfy(
            name ->
                assertThat(environment(services.get(name)))
                    .containsEntry(
                        "RESNET_SECURITY_ALLOWEDHOSTS",
                        String.join(",", OURS) + ",${RESNET_ALLOWED_HOSTS-}"));
  }

  @Test
  void imagesCarryTheVersionOfTheSources() throws IOException {
    String version = version();
    assertThat(Files.readString(Path.of("Dockerfile"))).contains("\nARG VERSION=" + version + "\n");
    assertThat(services.get("api").get("image"))
        .isEqualTo("resnet-service:${RESNET_VERSION:-" + version + "}");
  }

  @Test
  void theProjectFoldersThatComposeMountsExist() {
    assertThat(services.values())
        .flatExtracting(service -> (List<?>) service.getOrDefault("volumes", List.of()))
        .map(volume -> volume.toString().split(":")[0])
        .filteredOn(source -> source.startsWith("./docker/"))
        .isNotEmpty()
        .allSatisfy(source -> assertThat(Path.of(source)).exists());
  }

  private static Map<String, Object> compose() {
    try (var in = Files.newBufferedReader(Path.of("docker-compose.yml"))) {
      return new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("unchecked") // the structure that Compose requires
  private static <T> Map<String, T> map(Object value) {
    return (Map<String, T>) value;
  }

  private static Map<String, String> environment(Map<String, Object> service) {
    return service.containsKey("environment") ? map(service.get("environment")) : Map.of();
  }

  private static String version() throws IOException {
    var properties = new Properties();
    try (InputStream in =
        ContainerFilesTests.class.getResourceAsStream("/META-INF/build-info.properties")) {
      properties.load(in);
    }
    return properties.getProperty("build.version");
  }
}
