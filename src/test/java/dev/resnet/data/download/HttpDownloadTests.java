package dev.resnet.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HttpDownloadTests extends HttpDownloadFixture {

  @Test
  void getsTheWholeFileInOneAnswer() throws IOException {
    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests()).hasSize(1);
    assertThat(server.requests().get(0)).doesNotContainKey("range");
    assertThat(waits).isEmpty();
    assertThat(progress).startsWith(0.0).endsWith(1.0).isSorted();
  }

  @Test
  void refusesAFileWithAnotherMd5AndKeepsNothingOfIt() {
    byte[] other = CONTENT.clone();
    other[7]++;
    play(ScriptedServer.whole(other));

    assertThatThrownBy(this::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(MD5, md5(other), "resnet.datasets.cifar10.md5");
    assertThat(server.requests()).hasSize(1);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void takesAnyFileWhereNoMd5IsGiven() throws IOException {
    download().fetch(server.address(), target(), "", 0, progress::add);

    assertThat(target()).hasBinaryContent(CONTENT);
  }

  @Test
  void comparesMd5WithoutRegardToCase() throws IOException {
    download().fetch(server.address(), target(), MD5.toUpperCase(), 0, progress::add);

    assertThat(target()).exists();
  }

  @Test
  void doesNotTryAgainWhereTheFileIsNotThere() {
    play(ScriptedServer.status("404 Not Found"));

    assertThatThrownBy(this::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(server.address().toString(), "404", "resnet.datasets.cifar10.uri");
    assertThat(server.requests()).hasSize(1);
    assertThat(waits).isEmpty();
  }

  @Test
  void waitsLongerAndLongerWhileTheServerIsInTrouble() throws IOException {
    play(
        ScriptedServer.status("503 Service Unavailable"),
        ScriptedServer.status("429 Too Many Requests"),
        ScriptedServer.status("500 Internal Server Error"),
        ScriptedServer.whole(CONTENT));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(waits)
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3));
  }

  @Test
  void givesUpAfterSoManyAttemptsWithoutProgress() {
    play(ScriptedServer.status("503 Service Unavailable"));

    assertThatThrownBy(this::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("answers 503", "4 attempts", "resnet.datasets.cifar10.uri");
    assertThat(server.requests()).hasSize(ATTEMPTS);
    assertThat(waits).hasSize(ATTEMPTS - 1);
  }

  @Test
  void countsAttemptsAnewWithEachStepForward() throws IOException {
    play(ScriptedServer.breakingOffAfter(20_000, CONTENT));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests()).hasSize(15);
    assertThat(waits).containsOnly(Duration.ofSeconds(1));
  }

  @Test
  void givesUpOnAServerThatAlwaysBreaksOffAtTheSamePlace() {
    play(ScriptedServer.ignoringRanges(100_000, CONTENT));

    assertThatThrownBy(this::fetch).hasMessageContaining("broke off");
    assertThat(server.requests()).hasSize(ATTEMPTS);
  }

  @Test
  void triesAgainWhereTheServerFallsSilentInTheMiddle() throws IOException {
    readTimeout = Duration.ofMillis(300);
    play(
        server.thenSilent(ScriptedServer.breakingOffAfter(1000, CONTENT)),
        ScriptedServer.whole(CONTENT));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests().get(1)).containsEntry("range", "bytes=1000-");
  }

  @Test
  void triesAgainWhereTheServerDoesNotAnswer() {
    readTimeout = Duration.ofMillis(100);
    play(server.thenSilent((headers, out) -> {}));

    assertThatThrownBy(this::fetch).hasMessageContainingAll("no answer came for 100 ms");
    assertThat(waits).hasSize(ATTEMPTS - 1);
  }

  @Test
  void saysThatTheConnectionIsRefused() throws IOException {
    URI nobody;
    try (var free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      nobody = URI.create("http://127.0.0.1:%d/x".formatted(free.getLocalPort()));
    }

    assertThatThrownBy(() -> download().fetch(nobody, target(), MD5, 0, progress::add))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            nobody.getAuthority() + " refuses the connection", "resnet.datasets.cifar10.uri");
    assertThat(waits).hasSize(ATTEMPTS - 1);
  }

  @Test
  void keepsSecretsOfTheAddressToItself() {
    play(ScriptedServer.status("403 Forbidden"));
    URI signed = URI.create(server.address() + "?signature=secret");

    assertThatThrownBy(() -> download().fetch(signed, target(), MD5, 0, progress::add))
        .hasMessageContaining(server.address().toString())
        .hasMessageNotContaining("secret");
    assertThat(HttpDownload.shown(URI.create("https://user:secret@host/path")))
        .isEqualTo("https://host/path");
  }

  @Test
  void followsARedirection() throws IOException {
    play(ScriptedServer.status("302 Found", "Location: /elsewhere"), ScriptedServer.whole(CONTENT));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
  }

  @Test
  void refusesOneByteMoreThanTheLimit() {
    maxSize = CONTENT.length - 1;

    assertThatThrownBy(this::fetch)
        .hasMessageContainingAll("299,999 bytes", "resnet.datasets.download.max-size");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void stopsAtTheLimitWhereTheServerDoesNotSayHowMuchComes() {
    maxSize = 1000;
    play(
        (headers, out) -> {
          out.write(
              "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          out.write(CONTENT);
        });

    assertThatThrownBy(this::fetch).hasMessageContaining("resnet.datasets.download.max-size");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void needsRoomForTheFileAndWhatComesOutOfIt() throws IOException {
    disk = path -> CONTENT.length + 5_000_000 - 1;
    assertThatThrownBy(
            () -> download().fetch(server.address(), target(), MD5, 5_000_000, progress::add))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("6 MB are needed in " + folder, "5 MB are free", "resnet.home");

    disk = path -> CONTENT.length + 5_000_000;
    download().fetch(server.address(), target(), MD5, 5_000_000, progress::add);
    assertThat(target()).hasBinaryContent(CONTENT);
  }

  @Test
  void saysWhichFileCanNotBeWritten() throws IOException {
    Files.createDirectory(target());

    assertThatThrownBy(this::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(target().toString(), "could not be written to");
  }

  @Test
  void saysThatTheDiskIsFull() throws IOException {
    // A device of Linux that answers every write as a full disk does.
    Files.createSymbolicLink(target(), Path.of("/dev/full"));

    assertThatThrownBy(this::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("could not be written to", "Make room");
    assertThat(waits).isEmpty();
  }

  @Test
  void stopsWhereItIsInterrupted() throws InterruptedException {
    var received = new CountDownLatch(1);
    play(server.thenSilent(ScriptedServer.breakingOffAfter(1000, CONTENT)));
    var thrown = new AtomicReference<Throwable>();
    var thread =
        new Thread(
            () -> {
              try {
                download()
                    .fetch(
                        server.address(),
                        target(),
                        MD5,
                        0,
                        share -> {
                          if (share > 0) {
                            received.countDown();
                          }
                        });
              } catch (IOException e) {
                thrown.set(e);
              }
            });
    thread.start();
    received.await();

    thread.interrupt();
    thread.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(target()).hasSize(1000);
  }

  @Test
  void stopsWhereItIsInterruptedBetweenAttempts() {
    pause =
        time -> {
          throw new InterruptedException();
        };
    play(ScriptedServer.status("503 Service Unavailable"));

    assertThatThrownBy(this::fetch).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
