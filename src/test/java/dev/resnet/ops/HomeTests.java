package dev.resnet.ops;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import org.springframework.util.unit.DataSize;

@ExtendWith(OutputCaptureExtension.class)
class HomeTests {
  @TempDir private Path folder;

  @Test
  void isUpIfItIsWritableAndLeavesNoFilesBehind() throws IOException {
    Health health = health(folder.resolve("new"), DataSize.ofBytes(1));
    assertThat(health.getStatus()).isEqualTo(Status.UP);
    assertThat(folder.resolve("new")).isEmptyDirectory();
  }

  @Test
  void isDownWithTooLittleFreeSpace() {
    Health health = health(folder, DataSize.ofTerabytes(1_000_000));
    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
    assertThat(health.getDetails().get("error")).asString().contains("resnet.ops.min-free-space");
  }

  @Test
  void noJobStartsWithTooLittleFreeSpace() {
    DataSize tooMuch = DataSize.ofTerabytes(1_000_000);
    assertThat(new HomeIntakeCheck(indicator(folder, tooMuch)).refusal())
        .hasValueSatisfying(
            reason ->
                assertThat(reason)
                    .startsWith("free disk space for resnet.home (" + folder)
                    .contains("resnet.ops.min-free-space"));
    assertThat(new HomeIntakeCheck(indicator(folder, DataSize.ofBytes(1))).refusal()).isEmpty();
  }

  @Test
  void isDownIfItIsNotWritable() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Health health = health(file.resolve("home"), DataSize.ofBytes(1));
    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
    assertThat(health.getDetails().get("error")).asString().contains("not writable");
  }

  @Test
  void aHomeThatIsNotAFolderIsRefusedFirst(CapturedOutput output) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> start(file.resolve("home"))).isInstanceOf(HomeUnusableException.class);
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains(file + " is not a folder")
        .contains("set resnet.home (RESNET_HOME)");
  }

  @Test
  void aHomeInUseIsReportedAndSurvivesKill9(CapturedOutput output) throws Exception {
    Process other = holdDatabase();
    try {
      long started = System.nanoTime();
      assertThatThrownBy(() -> start(folder)).isInstanceOf(Exception.class);
      assertThat(output)
          .contains("APPLICATION FAILED TO START")
          .contains("Another resnet-service process uses this resnet.home: its database " + folder)
          .contains("spring.datasource.url");
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(30));
    } finally {
      other.destroyForcibly().waitFor(); // SIGKILL: no chance to close the database
    }
    try (ConfigurableApplicationContext context = start(folder);
        Connection connection = DriverManager.getConnection(url(folder), "sa", "");
        ResultSet rows = connection.createStatement().executeQuery("select kept from survivors")) {
      assertThat(context.isActive()).isTrue();
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(42);
    }
  }

  @Test
  void aRelativeHomeNeedsNoDot() throws IOException {
    Path relative = Files.createTempDirectory(Path.of("target"), "home");
    assertThat(relative).isRelative();
    try (ConfigurableApplicationContext context = start(relative)) {
      assertThat(context.getEnvironment().getProperty("resnet.home"))
          .isEqualTo(relative.toAbsolutePath().toString());
      assertThat(relative.resolve("db/resnet.mv.db")).isRegularFile();
    } finally {
      FileSystemUtils.deleteRecursively(relative);
    }
  }

  private static Health health(Path home, DataSize minFreeSpace) {
    return indicator(home, minFreeSpace).health();
  }

  private static HomeHealthIndicator indicator(Path home, DataSize minFreeSpace) {
    return new HomeHealthIndicator(home, new OpsProperties(minFreeSpace, Duration.ofSeconds(2)));
  }

  private static ConfigurableApplicationContext start(Path home) {
    SpringApplication application =
        new SpringApplicationBuilder(DatabaseOnly.class).web(WebApplicationType.NONE).build();
    return application.run(
        "--resnet.home=" + home,
        // The other process created its table before any migration.
        "--spring.flyway.baseline-on-migrate=true",
        "--spring.flyway.baseline-version=0",
        "--management.endpoint.health.validate-group-membership=false");
  }

  private static String url(Path home) {
    return "jdbc:h2:file:"
        + home
        + "/db/resnet;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE"
        + ";DEFAULT_NULL_ORDERING=HIGH";
  }

  /** Starts another process that has the database open, with one committed row. */
  private Process holdDatabase() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                url(folder))
            .redirectErrorStream(true)
            .start();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    String line;
    do {
      line = reader.readLine();
      assertThat(line).as("the other process opens the database").isNotNull();
    } while (!line.equals("open"));
    return process;
  }

  static final class Holder {
    public static void main(String[] arguments) throws Exception {
      try (Connection connection = DriverManager.getConnection(arguments[0], "sa", "")) {
        connection.createStatement().execute("create table survivors(kept int)");
        connection.createStatement().execute("insert into survivors values (42)");
        System.out.println("open");
        System.in.read(); // until it is killed
      }
    }
  }

  @SpringBootConfiguration
  @EnableAutoConfiguration
  static class DatabaseOnly {}
}
