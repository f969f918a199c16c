package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.CONFLICT;
import static dev.resnet.data.DatasetRefusedException.Reason.NO_ROOM;
import static dev.resnet.data.DatasetRefusedException.Reason.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.resnet.data.DatasetInfo;
import dev.resnet.data.DatasetInfo.Status;
import dev.resnet.data.folder.RefusedArchiveException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** From an archive to a version, on every database. */
abstract class UploadContract extends OnDatabase {
  @Test
  void anArchiveBecomesADataSetThatEveryProcessSees() throws Exception {
    UploadProcess other = process();
    UploadProcess one = process();
    one.put("pets", CATS);
    assertThat(other.info("pets").status()).isEqualTo(Status.CONVERTING);
    assertThat(other.info("pets").version()).isNull();

    one.start();
    DatasetInfo info = other.awaitEnd("pets");
    assertThat(info.status()).isEqualTo(Status.READY);
    assertThat(info.classes()).containsExactly("cat", "dog");
    assertThat(info.train()).isEqualTo(6);
    assertThat(info.test()).isEqualTo(2);
    assertThat(info.uploaded().upload()).isNull();
    assertThat(other.datasets.list())
        .extracting(DatasetInfo::name, DatasetInfo::sha256)
        .containsExactly(Tuple.tuple("pets", info.sha256()));
    assertThat(other.datasets.load("pets", info.sha256()).sha256()).isEqualTo(info.sha256());
    assertThat(other.datasets.report("pets").orElseThrow().skipped()).isZero();
    assertThat(versionFolders("pets")).containsExactly(info.sha256());
    await().until(() -> uploadFolders().isEmpty());
  }

  @Test
  void aNewArchiveMakesANewVersionAndTheSameOneDoesNot() throws Exception {
    UploadProcess process = process().start();
    String first = ready(process, CATS);
    String second = ready(process, PictureZip.of(4, 2, "cat", "dog"));
    assertThat(second).isNotEqualTo(first);
    assertThat(ready(process, CATS)).isEqualTo(first);
    assertThat(process.datasets.versions("pets"))
        .extracting(UploadedDatasets.Version::sha256, UploadedDatasets.Version::current)
        .containsExactly(Tuple.tuple(first, true), Tuple.tuple(second, false));
    assertThat(process.datasets.load("pets", second).sha256()).isEqualTo(second);
  }

  @Test
  void aFailedConversionLeavesTheOldVersion() throws Exception {
    UploadProcess process = process().start();
    String first = ready(process, CATS);
    process.failure = new IllegalStateException("the decoder broke");
    process.put("pets", PictureZip.of(4, 2, "cat", "dog"));

    DatasetInfo info = process.awaitEnd("pets");
    assertThat(info.status()).isEqualTo(Status.READY);
    assertThat(info.sha256()).isEqualTo(first);
    assertThat(info.uploaded().upload().error()).contains("the decoder broke", "Send it again");
    await().until(() -> uploadFolders().isEmpty());
    assertThat(ready(process, CATS)).isEqualTo(first);
  }

  @Test
  void aFullVolumeDelaysAConversion() throws Exception {
    UploadProcess process = process();
    process.failure = new IllegalStateException(new IOException("No space left on device"));
    process.start();
    process.put("pets", CATS);
    await().until(() -> process.info("pets").error() != null);
    assertThat(process.info("pets").status()).isEqualTo(Status.CONVERTING);
    assertThat(process.info("pets").error())
        .contains("The volume of resnet.home is full", "continues once there is room");
  }

  @Test
  void aFirstConversionThatFailsSaysWhy() throws Exception {
    UploadProcess process = process().start();
    byte[] unreadable =
        new PictureZip()
            .with("cat/1.png", PictureZip.picture("1"))
            .with("cat/2.png", PictureZip.picture("2"))
            .with("dog/1.png", "no picture".getBytes())
            .with("dog/2.png", PictureZip.picture("3"))
            .bytes();
    process.put("pets", unreadable);

    DatasetInfo info = process.awaitEnd("pets");
    assertThat(info.status()).isEqualTo(Status.FAILED);
    assertThat(info.error()).contains("only one readable picture of the class 'dog'");
    process.datasets.delete("pets");
    assertThat(process.datasets.list()).isEmpty();
  }

  @Test
  void whatIsRefusedOrCutOffLeavesNothing() {
    UploadProcess process = process();
    assertThatThrownBy(() -> process.put("pets", "no archive".getBytes()))
        .isInstanceOf(RefusedArchiveException.class);
    assertThatThrownBy(
            () ->
                process.uploads.receive(
                    "pets",
                    UploadProcess.OPTIONS,
                    out -> {
                      out.write(CATS, 0, CATS.length / 2);
                      throw new IOException("the client is gone");
                    }))
        .hasMessage("the client is gone");
    assertThatThrownBy(
            () ->
                process.uploads.receive(
                    "pets",
                    UploadProcess.OPTIONS,
                    out -> {
                      throw new IOException("No space left on device");
                    }))
        .satisfies(e -> assertReason(e, NO_ROOM))
        .hasMessageContaining("The volume of resnet.home is full");
    assertReason(refusal(() -> process.put("synthetic", CATS)), CONFLICT);
    assertReason(refusal(() -> process.datasets.delete("synthetic")), CONFLICT);
    assertReason(refusal(() -> process.datasets.delete("pets")), UNKNOWN);
    assertThat(process.datasets.list()).isEmpty();
    assertThat(uploadFolders()).isEmpty();
  }

  @Test
  void aSecondArchiveHasToWaitForTheFirst() throws Exception {
    UploadProcess process = process();
    process.put("pets", CATS);
    assertReason(refusal(() -> process.uploads.admit("pets", 1)), CONFLICT);
    assertReason(
        refusal(
            () -> process.uploads.receive("pets", UploadProcess.OPTIONS, out -> out.write(CATS))),
        CONFLICT);
    assertThat(uploadFolders()).hasSize(1);
  }

  @Test
  void anotherProcessConvertsWhatADeadOneBegan() throws Exception {
    // It sends no heartbeat for an hour; the other expects one every 50 ms.
    UploadProcess dead = process(SETTINGS, Duration.ofHours(1));
    dead.gate = new CountDownLatch(1);
    dead.start();
    dead.put("pets", CATS);
    dead.converting.await();

    UploadProcess other = process(SETTINGS, Duration.ofMillis(50)).start();
    DatasetInfo info = other.awaitEnd("pets");
    assertThat(info.status()).isEqualTo(Status.READY);
    dead.gate.countDown();
    dead.close();
    assertThat(versionFolders("pets")).containsExactly(info.sha256());
    assertThat(other.info("pets").sha256()).isEqualTo(info.sha256());
    assertThat(other.info("pets").uploaded()).isEqualTo(info.uploaded());
  }
}
