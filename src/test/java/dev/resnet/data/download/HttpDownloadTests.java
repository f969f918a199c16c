package dev.resnet.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HttpDownloadTests extends HttpDownloadFixture {

  @Test
  void getsTheWholeFileInOneAnswer() throws IOException {
    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests()).hasSize(1);
    assertThat(server.requests().get(0)).doesNotContainKey("range");
    assertThat(failures).isEmpty();
    assertThat(progress).startsWith(0.0).endsWith(1.0).isSorted();
  }

  @Test
  void refusesAFileWithAnotherMd5AndKeepsNothingOfIt() {
    byte[] other = CONTENT.clone();
    other[7]++;
    play(ScriptedServer.whole(other));

    assertThatThrownBy(this::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(MD5, md5(other), "some.set.md5");
    assertThat(server.requests()).hasSize(1);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void takesAnyFileWhereNoMd5IsGivenAndAnMd5InUpperCase() throws IOException {
    fetch(server.address(), "");
    fetch(server.address(), MD5.toUpperCase(Locale.ROOT));

    assertThat(target()).hasBinaryContent(CONTENT);
  }

  @Test
  void doesNotTryAgainWhereTheFileIsNotThere() {
    play(ScriptedServer.status("404 Not Found"));

    assertThatThrownBy(this::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(server.address().toString(), "404", "some.set.uri");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void triesAgainWhileTheServerIsInTroubleAndTellsWhy() throws IOException {
    play(
        ScriptedServer.status("503 Service Unavailable"),
        ScriptedServer.status("429 Too Many Requests"),
        ScriptedServer.status("500 Internal Server Error"),
        ScriptedServer.whole(CONTENT));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(failures)
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .contains(
                        server.address().toString(), "status 503", "HTTPS_PROXY", "some.set.uri"),
            second -> assertThat(second).contains("status 429"),
            third -> assertThat(third).contains("status 500"));
  }

  @Test
  void givesUpAfterSoManyAttemptsWithoutProgress() {
    play(ScriptedServer.status("503 Service Unavailable"));

    assertThatThrownBy(this::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("status 503", "4 attempts in a row failed", "some.set.uri");
    assertThat(server.requests()).hasSize(ATTEMPTS);
    assertThat(failures).hasSize(ATTEMPTS);
  }

  @Test
  void countsAttemptsAnewWithEachStepForward() throws IOException {
    play(ScriptedServer.breakingOffAfter(20_000, CONTENT));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests()).hasSize(15);
  }

  @Test
  void givesUpOnAServerThatAlwaysBreaksOffAtTheSamePlace() {
    play(ScriptedServer.ignoringRanges(100_000, CONTENT));

    assertThatThrownBy(this::fetch).hasMessageContaining("the connection was lost");
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

    assertThatThrownBy(this::fetch).hasMessageContainingAll("no response within the read timeout");
    assertThat(failures).hasSize(ATTEMPTS);
  }

  @Test
  void saysThatTheConnectionIsRefused() throws IOException {
    URI nobody;
    try (var free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      nobody = URI.create("http://127.0.0.1:%d/x".formatted(free.getLocalPort()));
    }

    assertThatThrownBy(() -> fetch(nobody, MD5))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            nobody.getAuthority(), "the connection was refused", "some.set.uri");
    assertThat(failures).hasSize(ATTEMPTS);
  }

  @Test
  void keepsSecretsOfTheAddressToItself() {
    play(ScriptedServer.status("403 Forbidden"));
    URI signed = URI.create(server.address() + "?signature=secret");

    assertThatThrownBy(() -> fetch(signed, MD5))
        .hasMessageContaining(server.address().toString())
        .hasMessageNotContaining("secret");
    assertThat(new RemoteFile(URI.create("https://user:secret@host/path"), "", "x"))
        .hasToString("https://host/path");
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
    usableSpace = CONTENT.length + 5_000_000 - 1;
    assertThatThrownBy(() -> fetch(server.address(), MD5, 5_000_000))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("6 MB are needed in " + folder, "5 MB are free", "resnet.home");

    usableSpace = CONTENT.length + 5_000_000;
    fetch(server.address(), MD5, 5_000_000);
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
    assertThat(failures).isEmpty();
  }

  @Test
  void stopsAtOnceWhenItIsInterrupted() throws InterruptedException {
    play(server.thenSilent(ScriptedServer.breakingOffAfter(1000, CONTENT)));
    var thrown = new AtomicReference<Throwable>();
    var thread =
        new Thread(
            () -> {
              try {
                fetch();
              } catch (IOException e) {
                thrown.set(e);
              }
            });
    thread.start();
    await().until(() -> target().toFile().length() == 1000);

    thread.interrupt();
    thread.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(target()).hasSize(1000);
  }

  @Test
  void stopsWhereItIsInterruptedBetweenAttempts() {
    wait = Duration.ofHours(1);
    afterFailure = Thread.currentThread()::interrupt;
    play(ScriptedServer.status("503 Service Unavailable"));

    assertThatThrownBy(this::fetch).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
