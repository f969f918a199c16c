package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.NO_ROOM;
import static dev.resnet.data.DatasetRefusedException.Reason.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.data.DatasetRefusedException;
import dev.resnet.data.folder.ArchiveLimits;
import dev.resnet.data.folder.FolderConversion;
import dev.resnet.data.folder.FolderDataset;
import dev.resnet.data.folder.Split;
import dev.resnet.data.upload.Additions.Sent;
import dev.resnet.data.upload.DatasetRows.Row;
import dev.resnet.database.DyingDatabase;
import dev.resnet.files.Disk;
import dev.resnet.files.Disk.Mode;
import dev.resnet.files.EveryOperation;
import dev.resnet.files.VolumeFiles;
import dev.resnet.jobs.TestDatabase;
import dev.resnet.pictures.PictureReader;
import dev.resnet.pictures.PictureSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;

/** Whichever operation on an uploaded data set fails: it is done, or as before and repeatable. */
@Tag("long")
class UploadFaultTests {
  private static final byte[] ARCHIVE = PictureZip.of(2, 1, "cat", "dog");
  private static final ArchiveLimits LIMITS =
      new ArchiveLimits(
          1000, DataSize.ofMegabytes(64), 200, DataSize.ofMegabytes(1), 1000, 100, 1000);

  @TempDir private Path home;
  private final Disk disk = new Disk();
  private final HikariDataSource healthy = TestDatabase.h2();
  private final DyingDatabase database = new DyingDatabase(healthy, disk::dead);
  private final List<String> queue = new ArrayList<>();
  private DatasetStore store;
  private Uploads uploads;
  private Conversion conversion;
  private Additions additions;

  /** Nothing of it lasts longer than one call, so it is the process before and after a death. */
  private void open() {
    var settings = UploadProcess.settings(DataSize.ofMegabytes(20), 1);
    store =
        DatasetStore.of(
            JdbcClient.create(database),
            new TransactionTemplate(new JdbcTransactionManager(database)),
            disk.at(home),
            name -> List.of(),
            settings,
            Clock.systemUTC());
    var reader =
        new PictureReader(
            new PictureSettings(
                1 << 20, 1 << 21, DataSize.ofMegabytes(16), Duration.ofSeconds(10)));
    var pictures = new PictureArchives(new FolderConversion(reader, LIMITS), LIMITS);
    var publication = new Publication(store, settings.keepVersions());
    uploads =
        new Uploads(
            List.of(),
            store,
            pictures,
            new ConversionQueue() {
              @Override
              public void add(String upload) {
                queue.add(upload);
              }

              @Override
              public void wake() {}
            });
    conversion = new Conversion(store, publication, pictures);
    additions = new Additions(uploads, store, publication, pictures);
  }

  @AfterEach
  void close() {
    healthy.close();
  }

  private void receive(String name) throws IOException {
    uploads.admit(name, ARCHIVE.length);
    uploads.receive(name, UploadProcess.OPTIONS, out -> out.write(ARCHIVE));
  }

  /** Receives and converts. */
  private void ready(String name) throws IOException {
    receive(name);
    assertThat(conversion.run(upload(name).id())).isEqualTo(Conversion.Next.DONE);
    assertComplete(name);
  }

  private Upload upload(String name) {
    return store.rows().find(name, null).map(Row::upload).orElseThrow();
  }

  private StoredVersion assertComplete(String name) throws IOException {
    StoredVersion version = store.rows().find(name, null).map(Row::version).orElseThrow();
    FolderDataset.read(store.folders().version(name, version.sha256()), name);
    return version;
  }

  /** What the sweep leaves belongs to a row. */
  private void assertSwept() throws IOException {
    store.removal().sweep(Instant.now().plusSeconds(60));
    for (Path upload : VolumeFiles.entries(home.resolve("datasets/.uploads"))) {
      assertThat(store.rows().upload(upload.getFileName().toString())).isPresent();
    }
    for (Path name : VolumeFiles.entries(home.resolve("datasets"))) {
      for (Path version : VolumeFiles.entries(name)) {
        if (!name.endsWith(".uploads")) {
          assertThat(
                  store
                      .rows()
                      .hasVersion(name.getFileName().toString(), version.getFileName().toString()))
              .isTrue();
        }
      }
    }
  }

  /** 503 where the volume fails, 507 where it is full; never 422 for an archive that is sound. */
  private static void assertRefused(Mode mode, @Nullable Throwable thrown) {
    if (thrown != null && mode != Mode.DEATH) {
      assertThat(thrown)
          .isInstanceOfSatisfying(
              DatasetRefusedException.class,
              e -> assertThat(e.reason()).isEqualTo(mode == Mode.NO_SPACE ? NO_ROOM : UNAVAILABLE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAnsweredUploadIsStored(Mode mode) throws Exception {
    open();
    int operations =
        EveryOperation.fails(
            disk,
            mode,
            new EveryOperation.Work() {
              @Override
              public void run(int k) throws IOException {
                receive("pets-" + k);
              }

              @Override
              public void check(int k, @Nullable Throwable thrown) throws IOException {
                String name = "pets-" + k;
                assertRefused(mode, thrown);
                if (thrown != null) {
                  assertThat(store.rows().find(name, null)).isEmpty();
                  receive(name);
                }
                assertThat(store.folders().archive(upload(name).id())).hasBinaryContent(ARCHIVE);
                assertSwept();
                store.removal().delete(name);
              }
            });
    assertThat(operations).isGreaterThan(mode == Mode.NO_SPACE ? 3 : 15);
  }

  @ParameterizedTest
  @EnumSource
  void aConversionEndsOrIsRepeated(Mode mode) throws Exception {
    open();
    int operations =
        EveryOperation.fails(
            disk,
            mode,
            new EveryOperation.Work() {
              private Conversion.Next next;
              private String id;

              @Override
              public void prepare(int k) throws IOException {
                next = null;
                receive("pets-" + k);
                id = upload("pets-" + k).id();
              }

              @Override
              public void run(int k) {
                next = conversion.run(id);
              }

              @Override
              public void check(int k, @Nullable Throwable thrown) throws IOException {
                if (mode != Mode.DEATH) {
                  assertThat(thrown).isNull();
                }
                if (store.rows().upload(id).isPresent()) {
                  if (mode != Mode.DEATH) {
                    assertThat(next).isEqualTo(Conversion.Next.LATER);
                    assertThat(upload("pets-" + k).error()).contains("volume of resnet.home");
                  }
                  assertThat(upload("pets-" + k).isConverting()).isTrue();
                  assertThat(conversion.run(id)).isEqualTo(Conversion.Next.DONE);
                }
                assertComplete("pets-" + k);
                assertSwept();
                store.removal().delete("pets-" + k);
              }
            });
    assertThat(operations).isGreaterThan(mode == Mode.NO_SPACE ? 10 : 60);
  }

  @ParameterizedTest
  @EnumSource
  void anAdditionIsMadeOrNot(Mode mode) throws Exception {
    open();
    EveryOperation.fails(
        disk,
        mode,
        new EveryOperation.Work() {
          private StoredVersion before;

          @Override
          public void prepare(int k) throws IOException {
            ready("pets");
            before = assertComplete("pets");
          }

          @Override
          public void run(int k) throws IOException {
            additions.add(
                "pets",
                Split.TRAIN,
                "cat",
                List.of(new Sent("image[0]", PictureZip.picture("added " + k))));
          }

          @Override
          public void check(int k, @Nullable Throwable thrown) throws IOException {
            assertRefused(mode, thrown);
            StoredVersion after = assertComplete("pets");
            if (thrown == null) {
              assertThat(after.sha256()).isNotEqualTo(before.sha256());
            } else if (mode != Mode.DEATH) {
              assertThat(after.sha256()).isEqualTo(before.sha256());
            }
            assertSwept();
            store.removal().delete("pets");
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void aDeletedDataSetLeavesNothing(Mode mode) throws Exception {
    open();
    EveryOperation.fails(
        disk,
        mode,
        new EveryOperation.Work() {
          @Override
          public void prepare(int k) throws IOException {
            ready("pets-" + k);
          }

          @Override
          public void run(int k) {
            store.removal().delete("pets-" + k);
          }

          @Override
          public void check(int k, @Nullable Throwable thrown) throws IOException {
            assertThat(store.rows().find("pets-" + k, null).isPresent())
                .as("the rows go first")
                .isFalse();
            if (mode != Mode.DEATH) {
              assertThat(thrown).isNull();
            }
            assertSwept();
          }
        });
    assertThat(Files.exists(home.resolve("datasets/.uploads"))).isTrue();
    assertThat(VolumeFiles.entries(home.resolve("datasets/.uploads"))).isEmpty();
  }
}
