package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.CONFLICT;
import static dev.resnet.data.DatasetRefusedException.Reason.NO_ROOM;
import static dev.resnet.data.DatasetRefusedException.Reason.TOO_LARGE;
import static dev.resnet.data.DatasetRefusedException.Reason.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.DatasetUse;
import dev.resnet.data.UnusedVersions;
import dev.resnet.data.folder.RefusedArchiveException;
import dev.resnet.data.folder.Split;
import dev.resnet.data.upload.Additions.Sent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** What can happen to a data set later, on every database. */
abstract class DatasetLifeContract extends OnDatabase {
  @Test
  void oldVersionsGoUnlessAJobNeedsThem() throws Exception {
    UploadProcess process = process().start();
    String first = ready(process, CATS);
    process.users.add(new DatasetUse.User("job 1", first));
    String second = ready(process, PictureZip.of(4, 2, "cat", "dog"));
    String third = ready(process, PictureZip.of(4, 3, "cat", "dog"));
    assertThat(versionFolders("pets")).containsExactlyInAnyOrder(first, second, third);

    process.users.clear();
    String fourth = ready(process, PictureZip.of(4, 4, "cat", "dog"));
    await().until(() -> versionFolders("pets").size() == 2);
    assertThat(versionFolders("pets")).containsExactlyInAnyOrder(third, fourth);
    assertThat(process.datasets.info("pets", first)).isEmpty();
    assertThatThrownBy(() -> process.datasets.load("pets", first))
        .hasMessageContaining("has been deleted");
  }

  @Test
  void aReplacedVersionIsUnusedUntilAJobNeedsIt() throws Exception {
    UploadProcess process = process().start();
    String first = ready(process, CATS);
    var versions = new UnusedUploads(process.store.removal());
    assertThat(versions.since(Instant.now().plusSeconds(60))).as("it is current").isEmpty();

    String second = ready(process, PictureZip.of(4, 2, "cat", "dog"));
    Instant later = Instant.now().plusSeconds(60);
    assertThat(versions.since(Instant.now().minusSeconds(60))).as("too new").isEmpty();
    assertThat(versions.since(later))
        .extracting(UnusedVersions.Version::sha256)
        .containsExactly(first);
    UnusedVersions.Version unused = versions.since(later).get(0);
    process.users.add(new DatasetUse.User("job 1", first));
    assertThat(versions.delete(unused, later)).isFalse();

    process.users.clear();
    assertThat(versions.delete(unused, later)).isTrue();
    assertThat(versionFolders("pets")).containsExactly(second);
  }

  @Test
  void aDataSetCanBeDeletedWhileItIsConverted() throws Exception {
    UploadProcess process = process();
    process.gate = new CountDownLatch(1);
    process.start();
    process.put("pets", CATS);
    process.converting.await();
    process.datasets.delete("pets");
    process.gate.countDown();
    await().until(() -> uploadFolders().isEmpty() && tasks() == 0);
    assertThat(process.datasets.list()).isEmpty();
    assertThat(versionFolders("pets")).isEmpty();
  }

  @Test
  void roomIsCountedOverVersionsAndUploads() throws Exception {
    long total = DataSize.ofMegabytes(2).toBytes();
    UploadProcess process = process();
    process.uploads.admit("pets", total);
    assertReason(refusal(() -> process.uploads.admit("pets", total + 1)), TOO_LARGE);

    process.put("pets", CATS);
    assertReason(refusal(() -> process.uploads.admit("more", total - CATS.length + 1)), NO_ROOM);
    process.uploads.admit("more", total - CATS.length);
    process.start();
    process.awaitEnd("pets");
    await().until(() -> uploadFolders().isEmpty());
    long size = process.datasets.versions("pets").get(0).size();
    process.uploads.admit("more", total - size);
    assertThat(refusal(() -> process.uploads.admit("more", total - size + 1)))
        .satisfies(e -> assertReason(e, NO_ROOM))
        .hasMessageContaining("the largest: pets")
        .hasMessageContaining("resnet.datasets.max-total-size");
  }

  @Test
  void whatAConversionWritesMustFitToo() throws Exception {
    // 3,074 bytes for each picture, more than the archive takes.
    UploadProcess process =
        process(UploadProcess.settings(DataSize.ofBytes(20_000), 2), Duration.ofSeconds(4)).start();
    process.put("pets", CATS);
    assertThat(process.awaitEnd("pets").error()).contains("There is no room");
    await().until(() -> uploadFolders().isEmpty());
  }

  @Test
  void noVersionThatAJobNeedsIsDeleted() throws Exception {
    UploadProcess process = process().start();
    String version = ready(process, CATS);
    var submitting = new CountDownLatch(1);
    var deleting = Executors.newSingleThreadExecutor();
    try {
      var deletion =
          process.transaction.execute(
              status -> {
                process.datasets.hold("pets", version);
                var result =
                    deleting.submit(
                        () -> {
                          submitting.countDown();
                          process.datasets.delete("pets");
                          return null;
                        });
                try {
                  submitting.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                process.users.add(new DatasetUse.User("job 7", version));
                return result;
              });
      assertThatThrownBy(deletion::get).cause().hasMessageContaining("is needed by job 7.");
    } finally {
      deleting.shutdownNow();
    }
    process.users.clear();
    process.datasets.delete("pets");
    assertThat(versionFolders("pets")).isEmpty();
    assertThat(home.resolve("datasets/pets")).doesNotExist();
    assertReason(
        refusal(
            () ->
                process.transaction.executeWithoutResult(
                    status -> process.datasets.hold("pets", version))),
        CONFLICT);
  }

  @Test
  void addedPicturesMakeANewVersion() throws Exception {
    UploadProcess process = process().start();
    String first = ready(process, CATS);
    process.additions.add("pets", Split.TRAIN, "dog", List.of(sent("a"), sent("b")));
    DatasetInfo info = process.info("pets");
    assertThat(info.train()).isEqualTo(8);
    assertThat(info.test()).isEqualTo(2);
    assertThat(info.sha256()).isNotEqualTo(first);
    Dataset dataset = process.datasets.load("pets", null);
    assertThat(dataset.train().label(7)).isEqualTo(1);
    assertThat(process.datasets.load("pets", first).train().count()).isEqualTo(6);

    assertThat(
            refusal(() -> process.additions.add("pets", Split.TRAIN, "bird", List.of(sent("c")))))
        .satisfies(e -> assertReason(e, UNKNOWN))
        .hasMessageContaining("it has cat, dog.");
    assertReason(
        refusal(() -> process.additions.add("none", Split.TRAIN, "cat", List.of(sent("c")))),
        UNKNOWN);
    assertThatThrownBy(
            () ->
                process.additions.add(
                    "pets",
                    Split.TEST,
                    "cat",
                    List.of(sent("c"), new Sent("image[1]", "x".getBytes()))))
        .isInstanceOf(RefusedArchiveException.class)
        .hasMessageContaining("image[1]");
    assertThat(process.info("pets").sha256()).isEqualTo(info.sha256());
    await().until(() -> uploadFolders().isEmpty());
  }

  @Test
  void picturesThatAreAddedAtTheSameTimeAreAllThere() throws Exception {
    UploadProcess one = process().start();
    UploadProcess other = process();
    ready(one, CATS);
    var clients = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        UploadProcess process = i % 2 == 0 ? one : other;
        Sent picture = sent("added " + i);
        calls.add(
            () -> {
              process.additions.add("pets", Split.TRAIN, "cat", List.of(picture));
              return null;
            });
      }
      for (var call : clients.invokeAll(calls)) {
        call.get();
      }
    } finally {
      clients.shutdownNow();
    }
    assertThat(one.info("pets").train()).isEqualTo(10);
  }

  private static Sent sent(String colour) {
    return new Sent("image[0]", PictureZip.picture(colour));
  }

  @Test
  void onlyOldFilesWithoutARowAreSwept() throws Exception {
    UploadProcess process = process();
    process.put("waiting", CATS);
    String upload = uploadFolders().get(0);
    String young = "0".repeat(64);
    String old = "1".repeat(64);
    for (String version : List.of(young, old)) {
      Files.createDirectories(home.resolve("datasets/pets/" + version));
      Files.createFile(home.resolve("datasets/pets/" + version + "/train.bin"));
    }
    String orphan = DatasetFolders.newId();
    Files.createDirectories(home.resolve("datasets/.uploads/" + orphan));
    Path cifar = Files.createDirectories(home.resolve("datasets/cifar10/cifar-10-batches-bin"));
    for (Path path :
        List.of(
            cifar,
            home.resolve("datasets/.uploads/" + orphan),
            home.resolve("datasets/.uploads/" + upload + "/archive"),
            home.resolve("datasets/.uploads/" + upload),
            home.resolve("datasets/pets/" + old + "/train.bin"),
            home.resolve("datasets/pets/" + old))) {
      Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(Duration.ofMinutes(61))));
    }
    process.store.removal().sweep();
    assertThat(uploadFolders()).containsExactly(upload);
    assertThat(versionFolders("pets")).containsExactly(young);
    assertThat(cifar).exists();

    process.store.removal().sweep(Instant.now().plusSeconds(60));
    assertThat(uploadFolders()).as("a conversion waits for it").containsExactly(upload);
    assertThat(versionFolders("pets")).isEmpty();
    assertThat(cifar).exists();
  }
}
