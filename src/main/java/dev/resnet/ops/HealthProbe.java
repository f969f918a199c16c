package dev.resnet.ops;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A separate program that checks whether a running service is ready, for container images without
 * curl. It exits with 0 if the response is 200, else with 1 and the reason on standard error.
 *
 * <p>It is started every few seconds, so it loads as little of the JDK as possible.
 */
public final class HealthProbe {
  private static final int TIMEOUT_MILLIS = 4_000;

  private HealthProbe() {}

  /**
   * Checks once.
   *
   * @param args the URL to check; by default the readiness on the management port
   */
  public static void main(String[] args) {
    String url = args.length > 0 ? args[0] : defaultUrl(System.getenv());
    Optional<String> problem = problem(url);
    problem.ifPresent(HealthProbe::tell);
    System.exit(problem.isPresent() ? 1 : 0);
  }

  /**
   * The readiness URL on this machine. MANAGEMENT_SERVER_PORT sets the port, as it does for the
   * service.
   */
  static String defaultUrl(Map<String, String> environment) {
    return "http://127.0.0.1:"
        + environment.getOrDefault("MANAGEMENT_SERVER_PORT", "8081")
        + "/actuator/health/readiness";
  }

  /** Why the service at this address is not ready; empty if it is ready. */
  static Optional<String> problem(String url) {
    try {
      var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      int status = connection.getResponseCode();
      connection.disconnect();
      return status == 200 ? Optional.empty() : Optional.of(url + " answers " + status);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.of(url + ": " + e.getMessage());
    }
  }

  private static void tell(String problem) {
    try (var err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8)) {
      err.println(problem);
    }
  }
}
