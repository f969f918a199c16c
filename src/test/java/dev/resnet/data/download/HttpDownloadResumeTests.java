package dev.resnet.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** A download that broke off is gone on with where that is safe, and only there. */
class HttpDownloadResumeTests extends HttpDownloadFixture {

  @Test
  void goesOnWhereTheConnectionBrokeOff() throws IOException {
    play(
        ScriptedServer.breakingOffAfter(100_000, CONTENT),
        ScriptedServer.breakingOffAfter(50_000, CONTENT),
        ScriptedServer.whole(CONTENT));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests()).hasSize(3);
    assertThat(server.requests().get(1))
        .containsEntry("range", "bytes=100000-")
        .containsEntry("if-range", ScriptedServer.ETAG);
    assertThat(server.requests().get(2)).containsEntry("range", "bytes=150000-");
    assertThat(progress).isSorted().endsWith(1.0);
  }

  @Test
  void goesOnAfterARestartOfTheService() throws IOException {
    play(
        ScriptedServer.breakingOffAfter(100_000, CONTENT),
        ScriptedServer.status("500 Internal Server Error"));
    assertThatThrownBy(this::fetch).isInstanceOf(IOException.class);

    play(ScriptedServer.whole(CONTENT));
    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests().get(0)).containsEntry("range", "bytes=100000-");
  }

  @Test
  void startsAnewWhereTheServerIgnoresRanges() throws IOException {
    play(
        ScriptedServer.ignoringRanges(100_000, CONTENT, "ETag: \"x\""),
        ScriptedServer.ignoringRanges(CONTENT.length, CONTENT, "ETag: \"x\""));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests().get(1)).containsEntry("range", "bytes=100000-");
  }

  @Test
  void startsAnewWhereTheFileHasChangedInBetween() throws IOException {
    Files.write(target(), new byte[1000]);
    Files.writeString(validator(), "\"older version\"");

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests().get(0)).containsEntry("if-range", "\"older version\"");
  }

  @Test
  void asksForNoRangeWhereItCanNotTellVersionsApart() throws IOException {
    play(
        ScriptedServer.ignoringRanges(1000, CONTENT, "ETag: W/\"weak\""),
        ScriptedServer.whole(CONTENT));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests().get(1)).doesNotContainKeys("range", "if-range");
  }

  @Test
  void tellsVersionsApartByDateWhereThereIsNoStrongTag() throws IOException {
    String date = "Thu, 01 Jan 2009 00:00:00 GMT";
    play(
        ScriptedServer.ignoringRanges(1000, CONTENT, "Last-Modified: " + date),
        ScriptedServer.whole(CONTENT));

    fetch();

    assertThat(server.requests().get(1)).containsEntry("if-range", date);
  }

  @Test
  void isDoneWhereNothingIsMissing() throws IOException {
    Files.write(target(), CONTENT);
    Files.writeString(validator(), ScriptedServer.ETAG);
    play(ScriptedServer.status("416 Range Not Satisfiable", "Content-Range: bytes */300000"));

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void startsAnewOnceWherePartsDoNotFitTogether() throws IOException {
    Files.write(target(), new byte[1000]);
    Files.writeString(validator(), ScriptedServer.ETAG);

    fetch();

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests()).hasSize(2);
    assertThat(server.requests().get(1)).doesNotContainKey("range");
  }
}
