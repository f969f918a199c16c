package dev.resnet.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.database.DyingDatabase;
import dev.resnet.files.Disk;
import dev.resnet.files.Disk.Mode;
import dev.resnet.files.EveryOperation;
import dev.resnet.files.Sha256;
import dev.resnet.files.VolumeFiles;
import dev.resnet.jobs.TestDatabase;
import dev.resnet.models.ModelUploads.Card;
import dev.resnet.models.ModelUploads.Received;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.checkpoint.Promote;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import tools.jackson.databind.json.JsonMapper;

/** How an uploaded version is stored: completely, or not at all. */
class ModelUploadsTests {
  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00.123456Z");
  private static final byte[] SENT = "what a stranger sent".getBytes();
  private static final byte[] NETWORK = "what this service writes".getBytes();
  private static final Card CARD =
      new Card(
          List.of("cat", "dog"),
          new ImageShape(48),
          ResizePolicy.PAD,
          List.of(0.5f, 0.25f, 0.125f),
          List.of(0.25f, 0.5f, 1f),
          null,
          "by hand");

  @TempDir private Path home;
  private final Disk disk = new Disk();
  private final HikariDataSource healthy = TestDatabase.h2();
  private final DyingDatabase database = new DyingDatabase(healthy, disk::dead);
  private final List<Object> events = new ArrayList<>();
  private final ModelRegistry registry =
      TestRegistry.ofAnyFiles(Path.of("unused"), healthy, event -> {});

  @AfterEach
  void close() {
    healthy.close();
  }

  private ModelUploads uploads(Instant now) {
    return uploads(() -> now);
  }

  private ModelUploads uploads(InstantSource now) {
    Path models = disk.at(home).resolve("models");
    return new ModelUploads(
        new ModelFiles(models, NetworkCheck::finite),
        RegistryTables.in(database, new JdbcTransactionManager(database), Duration.ofSeconds(10)),
        (file, card) -> {
          assertThat(VolumeFiles.bytes(file)).isEqualTo(SENT);
          return new NetworkReader.Network(5, out -> out.write(NETWORK), () -> {});
        },
        events::add,
        now.withZone(ZoneOffset.UTC));
  }

  private ModelVersion upload(String name) throws IOException {
    try (Received received = uploads(NOW).receive(out -> out.write(SENT))) {
      return received.register(name, CARD);
    }
  }

  private void assertComplete(ModelVersion version) throws IOException {
    Path file = home.resolve("models").resolve(version.file());
    assertThat(file).hasBinaryContent(NETWORK);
    assertThat(Sha256.of(file)).isEqualTo(version.sha256());
    assertThat(
            JsonMapper.shared()
                .readTree(VolumeFiles.bytes(file.resolveSibling("card.json")))
                .at("/source/description")
                .asString())
        .isEqualTo("by hand");
  }

  @Test
  void anUploadedVersionIsStoredAsItsCardSaysAndNotPromoted() throws IOException {
    ModelVersion version = upload("pets");

    assertThat(registry.find("pets", 1)).contains(version);
    assertComplete(version);
    assertThat(version.training()).isNull();
    assertThat(version.stackN()).isEqualTo(5);
    assertThat(version.classes()).containsExactly("cat", "dog");
    assertThat(version.shape()).isEqualTo(new ImageShape(48));
    assertThat(version.resize()).isEqualTo(ResizePolicy.PAD);
    assertThat(version.mean()).containsExactly(0.5f, 0.25f, 0.125f);
    assertThat(version.standardDeviation()).containsExactly(0.25f, 0.5f, 1f);
    assertThat(version.createdAt()).isEqualTo(NOW);
    assertThat(version.promotionReason()).contains("/api/v1/models/pets/aliases/production");
    assertThat(registry.promoted("pets")).isEmpty();
    assertThat(upload("pets").version()).isEqualTo(2);
    assertThat(events)
        .containsExactly(
            new ModelsChanged("pets"),
            new VersionRegistered(version),
            new ModelsChanged("pets"),
            new VersionRegistered(registry.find("pets", 2).orElseThrow()));
    assertThat(VolumeFiles.entries(home.resolve("models/.uploads"))).isEmpty();
    assertThat(registry.listing().versions("pets", "test_accuracy", false, 10, 0)).hasSize(2);
  }

  @Test
  void aTrainedVersionDoesNotReplaceAnUploadedOneInProduction() throws IOException {
    upload("pets");
    registry.promote("pets", 1);
    Path file = Files.write(home.resolve("job.zip"), new byte[1]);
    ModelRegistry training = TestRegistry.ofAnyFiles(home.resolve("models"), healthy, event -> {});

    assertThat(
            training
                .register(TrainedModels.of(file, "pets", "job"), Promote.IF_BETTER)
                .promotion()
                .reason())
        .contains("Version 1 stays in production", "it was uploaded");
  }

  @Test
  void aRegistrationThatTookTooLongIsRefusedBeforeAnotherMayDeleteItsFiles() throws IOException {
    var now = new AtomicReference<>(NOW);
    var uploads =
        uploads(
            () -> {
              Instant read = now.get();
              // The network has been stored; then the database makes it wait.
              now.set(now.get().plus(Duration.ofMinutes(31)));
              return read;
            });
    try (Received received = uploads.receive(out -> out.write(SENT))) {
      assertThatThrownBy(() -> received.register("pets", CARD))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("took longer than 30 minutes");
    }
    assertThat(registry.find("pets", 1)).isEmpty();
    assertNoFiles("pets");
  }

  @Test
  void whatAnUploadLeftIsDeletedADayLater() throws IOException {
    Received crashed = uploads(NOW).receive(out -> out.write(SENT));
    assertThat(crashed).isNotNull();

    uploads(NOW.plus(Duration.ofHours(23))).receive(out -> {}).close();
    assertThat(VolumeFiles.entries(home.resolve("models/.uploads"))).hasSize(1);
    assertThat(registry.listing().names()).isEmpty();
    uploads(NOW.plus(Duration.ofHours(25))).receive(out -> {}).close();
    assertThat(VolumeFiles.entries(home.resolve("models/.uploads"))).isEmpty();
  }

  @Test
  void aBodyThatEndsEarlyLeavesNothing() throws IOException {
    assertThatThrownBy(
            () ->
                uploads(NOW)
                    .receive(
                        out -> {
                          out.write(SENT);
                          throw new IOException("the client has gone");
                        }))
        .hasMessage("the client has gone");
    assertThat(VolumeFiles.entries(home.resolve("models/.uploads"))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anUploadIsStoredOrLeavesNothing(Mode mode) throws Exception {
    int operations =
        EveryOperation.fails(
            disk,
            mode,
            new EveryOperation.Work() {
              @Override
              public void run(int k) throws IOException {
                upload("pets-" + k);
              }

              @Override
              public void check(int k, @Nullable Throwable thrown) throws IOException {
                String name = "pets-" + k;
                if (mode == Mode.NO_SPACE && thrown != null) {
                  assertThat(thrown).isInstanceOf(NoRoomException.class);
                }
                if (mode == Mode.ERROR && thrown != null) {
                  assertThat(VolumeFiles.errorIn(thrown)).isPresent();
                }
                sweep();
                if (thrown != null && mode != Mode.DEATH) {
                  assertThat(registry.find(name, 1)).isEmpty();
                  assertNoFiles(name);
                }
                ModelVersion version =
                    registry.find(name, 1).isPresent()
                        ? registry.find(name, 1).orElseThrow()
                        : upload(name);
                assertThat(version.version()).isEqualTo(1);
                assertComplete(version);
              }
            });
    assertThat(operations).isGreaterThan(mode == Mode.NO_SPACE ? 3 : 15);
  }

  /** What an error while a folder is deleted, or a death, leaves. */
  private void sweep() throws IOException {
    uploads(NOW.plus(Duration.ofHours(25))).receive(out -> {}).close();
    assertThat(VolumeFiles.entries(home.resolve("models/.uploads"))).isEmpty();
  }

  private void assertNoFiles(String name) throws IOException {
    for (Path folder : VolumeFiles.entries(home.resolve("models").resolve(name))) {
      assertThat(VolumeFiles.entries(folder)).as("files of a version without a row").isEmpty();
    }
  }
}
