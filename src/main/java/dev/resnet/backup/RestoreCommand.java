package dev.resnet.backup;

import dev.resnet.database.EmbeddedDatabase;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * {@code java -jar resnet-service.jar restore backup.tar}: restores an archive with the settings of
 * the service, and ends. Without {@code @Configuration}, so that the service does not find it.
 */
@Import(EmbeddedDatabase.class)
@ImportAutoConfiguration(DataSourceAutoConfiguration.class)
public class RestoreCommand {
  /** The first argument. */
  public static final String NAME = "restore";

  private static final String STANDARD_INPUT = "-";

  private static final Logger LOG = LoggerFactory.getLogger(RestoreCommand.class);

  /** Runs the command; the process's exit status says whether it succeeded. */
  public static void run(String[] arguments) {
    new SpringApplicationBuilder(RestoreCommand.class)
        .web(WebApplicationType.NONE)
        .logStartupInfo(false)
        .properties("logging.level.root=warn", "logging.level.dev.resnet=info")
        .run(arguments)
        .close();
  }

  @Bean
  ApplicationRunner restore(DataSource database, @Value("${resnet.home}") String home) {
    return arguments ->
        restore(arguments, new Restore(Path.of(home).toAbsolutePath().normalize(), database));
  }

  private static void restore(ApplicationArguments arguments, Restore restore) throws Exception {
    List<String> words = arguments.getNonOptionArgs();
    if (words.size() != 2) {
      throw new RestoreRefusedException(
          "The name of the archive is missing.",
          "java -jar resnet-service.jar restore backup.tar --resnet.home=FOLDER");
    }
    Manifest done;
    try (InputStream archive = open(words.get(1))) {
      done = restore.from(archive);
    }
    LOG.info(
        "The backup of {} is restored: {} rows. Start the service with the same settings. Jobs that were waiting or running then continue.",
        done.createdAt(),
        done.tables().stream().mapToLong(Manifest.Rows::count).sum());
  }

  private static InputStream open(String archive) throws Exception {
    if (archive.equals(STANDARD_INPUT)) {
      return System.in;
    }
    Path file = Path.of(archive);
    if (!Files.isReadable(file)) {
      throw new RestoreRefusedException(
          "The archive %s can't be read.".formatted(file.toAbsolutePath()),
          "Name an archive of POST /api/v1/backup, or - for the standard input.");
    }
    return Files.newInputStream(file);
  }
}
