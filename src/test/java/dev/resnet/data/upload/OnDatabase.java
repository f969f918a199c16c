package dev.resnet.data.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.DatasetInfo.Status;
import dev.resnet.data.DatasetRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.unit.DataSize;

/** Processes on one database and one volume. */
abstract class OnDatabase {
  static final UploadProperties SETTINGS = UploadProcess.settings(DataSize.ofMegabytes(2), 2);
  static final byte[] CATS = PictureZip.of(4, 1, "cat", "dog");

  @TempDir Path home;
  private HikariDataSource database;
  private final List<UploadProcess> processes = new ArrayList<>();

  abstract HikariDataSource database();

  @BeforeEach
  void open() {
    database = database();
  }

  @AfterEach
  void close() {
    processes.forEach(UploadProcess::close);
    database.close();
  }

  UploadProcess process() {
    return process(SETTINGS, Duration.ofSeconds(4));
  }

  UploadProcess process(UploadProperties settings, Duration heartbeat) {
    var process = new UploadProcess(database, home, settings, heartbeat, Clock.systemUTC());
    processes.add(process);
    return process;
  }

  String ready(UploadProcess process, byte[] archive) throws Exception {
    process.put("pets", archive);
    DatasetInfo info = process.awaitEnd("pets");
    assertThat(info.status()).as(info.toString()).isEqualTo(Status.READY);
    assertThat(info.uploaded().upload()).isNull();
    return info.sha256();
  }

  long tasks() {
    return JdbcClient.create(database)
        .sql("select count(*) from dataset_task")
        .query(Long.class)
        .single();
  }

  static DatasetRefusedException refusal(ThrowingCallable call) {
    return catchThrowableOfType(DatasetRefusedException.class, call);
  }

  static void assertReason(Throwable thrown, DatasetRefusedException.Reason reason) {
    assertThat(thrown)
        .isInstanceOfSatisfying(
            DatasetRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  List<String> uploadFolders() {
    return names(home.resolve("datasets/.uploads"));
  }

  List<String> versionFolders(String name) {
    return names(home.resolve("datasets").resolve(name));
  }

  static List<String> names(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
