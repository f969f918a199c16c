package dev.resnet.serving.web;

import static dev.resnet.serving.web.ServingApplication.ALONE;
import static dev.resnet.serving.web.ServingApplication.FLOAT32;

import dev.resnet.models.ModelRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.training.checkpoint.Promote;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;

/**
 * Serving as a separate process with a small heap. It exits at the first OutOfMemoryError, as in
 * the container.
 */
final class SmallHeapService implements AutoCloseable {
  private static final String PORT_FILE = "port";

  private final Process process;
  private final Path home;

  private SmallHeapService(Process process, Path home) {
    this.process = process;
    this.home = home;
  }

  static SmallHeapService start(Path home, String heap) throws IOException {
    var process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx" + heap,
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapService.class.getName(),
                home.toString())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile())
            .start();
    return new SmallHeapService(process, home);
  }

  /** The process's entry point; exits if it can't report its port. */
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    var context =
        SpringApplication.run(
            ServingApplication.class,
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--resnet.home=" + home,
            "--" + ServingApplication.DATABASE,
            "--" + ALONE,
            "--" + FLOAT32);
    context
        .getBean(ModelRegistry.class)
        .register(TrainedModels.trained(home, "net", "job", 1), Promote.IF_BETTER);
    Path port = home.resolve("port.new");
    Files.writeString(port, context.getEnvironment().getRequiredProperty("local.server.port"));
    Files.move(port, home.resolve(PORT_FILE));
  }

  boolean isReady() {
    if (!process.isAlive()) {
      throw new IllegalStateException("the service ended: " + log());
    }
    return Files.exists(home.resolve(PORT_FILE));
  }

  int port() throws IOException {
    return Integer.parseInt(Files.readString(home.resolve(PORT_FILE)));
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String log() {
    try {
      return Files.readString(home.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS);
  }
}
