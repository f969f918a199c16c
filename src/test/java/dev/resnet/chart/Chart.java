package dev.resnet.chart;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1PodSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The rendered chart. Each object is validated against Kubernetes' API types: no unknown fields,
 * wrong types or missing fields.
 */
public final class Chart {
  static final Path FOLDER = Path.of("helm/resnet-service");
  static final String RELEASE = "lab";

  /**
   * A copy of the chart without hook annotations, because the Helm library of these tests does not
   * render hooks.
   */
  private static final Path WITHOUT_HOOKS = copy(FOLDER, Path.of("target/chart-without-hooks"));

  static final String HOOK = "was-helm.sh/hook";

  /**
   * Warns about properties of the API types. Held in a field, because the logging keeps only weak
   * references.
   */
  private static final Logger INTROSPECTOR = Logger.getLogger("org.yaml.snakeyaml.introspector");

  static {
    INTROSPECTOR.setLevel(Level.SEVERE);
  }

  private final List<KubernetesObject> objects = new ArrayList<>();
  private final List<Map<String, Object>> monitors = new ArrayList<>();

  private Chart(String rendered) {
    for (String document : rendered.split("(?m)^---\\s*$")) {
      Map<String, Object> raw = yaml().load(document);
      if (raw == null) {
        continue; // only the comment with its source
      }
      if (String.valueOf(raw.get("apiVersion")).startsWith("monitoring.coreos.com/")) {
        monitors.add(raw);
      } else {
        objects.add(read(document));
      }
    }
  }

  /** Installed as the release {@value #RELEASE}, with {@code values} in YAML over the defaults. */
  public static Chart render(String values) {
    Path file = write(values);
    try {
      return new Chart(
          new Helm(WITHOUT_HOOKS)
              .template()
              .withName(RELEASE)
              .withNamespace("science")
              .withKubeVersion("1.32.0")
              .withValuesFile(file)
              .call());
    } finally {
      delete(file);
    }
  }

  /** The notes shown to the operator after the installation. */
  static String notes(String values) {
    Path file = write(values);
    try {
      String output =
          new Helm(FOLDER)
              .install()
              .withName(RELEASE)
              .withNamespace("science")
              .withKubeVersion("1.32.0")
              .withValuesFile(file)
              .clientOnly()
              .dryRun()
              .debug()
              .call()
              .getOutput();
      return output.substring(output.indexOf("\nNOTES:\n"));
    } finally {
      delete(file);
    }
  }

  static LintResult lint() {
    return new Helm(FOLDER).lint().strict().call();
  }

  /**
   * Reads one object.
   *
   * @throws RuntimeException if Kubernetes would refuse it
   */
  static KubernetesObject read(String document) {
    try {
      var object = (KubernetesObject) io.kubernetes.client.util.Yaml.load(document);
      JsonElement json = new Gson().toJsonTree(yaml().<Object>load(document));
      object
          .getClass()
          .getMethod("validateJsonElement", JsonElement.class)
          .invoke(null, json); // checks for missing fields
      return object;
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalArgumentException(document, e);
    }
  }

  static Yaml yaml() {
    return new Yaml(new SafeConstructor(new LoaderOptions()));
  }

  List<KubernetesObject> objects() {
    return objects;
  }

  <T extends KubernetesObject> List<T> all(Class<T> type) {
    return objects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The only object of its kind. */
  <T extends KubernetesObject> T only(Class<T> type) {
    List<T> found = all(type);
    if (found.size() != 1) {
      throw new AssertionError("%d of %s, not 1".formatted(found.size(), type.getSimpleName()));
    }
    return found.get(0);
  }

  <T extends KubernetesObject> T named(Class<T> type, String name) {
    return all(type).stream()
        .filter(object -> name.equals(object.getMetadata().getName()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no %s %s".formatted(type.getSimpleName(), name)));
  }

  /** The only object of a kind that the Prometheus operator defines. */
  Map<String, Object> monitor(String kind) {
    return monitors.stream()
        .filter(object -> kind.equals(object.get("kind")))
        .reduce(
            (first, second) -> {
              throw new AssertionError("more than one " + kind);
            })
        .orElseThrow(() -> new AssertionError("no " + kind));
  }

  List<Map<String, Object>> monitors() {
    return monitors;
  }

  V1Deployment deployment(String role) {
    return named(V1Deployment.class, RELEASE + "-resnet-service-" + role);
  }

  V1PodSpec pod(String role) {
    return deployment(role).getSpec().getTemplate().getSpec();
  }

  V1Container container(String role) {
    return pod(role).getContainers().get(0);
  }

  /** The environment of a role's container; values are null if they come from a Secret. */
  public Map<String, String> environment(String role) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (V1EnvVar variable : container(role).getEnv()) {
      environment.put(variable.getName(), variable.getValue());
    }
    return environment;
  }

  private static Path copy(Path chart, Path to) {
    try (Stream<Path> files = Files.walk(chart)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(chart.relativize(file));
        Files.createDirectories(target.getParent());
        Files.writeString(target, Files.readString(file).replace("  helm.sh/hook", "  " + HOOK));
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(String values) {
    try {
      return Files.writeString(Files.createTempFile("values", ".yaml"), values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
