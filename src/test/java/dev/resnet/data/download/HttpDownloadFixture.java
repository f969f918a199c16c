package dev.resnet.data.download;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** A download from a scripted server, in a world that each test can make a little worse. */
@Timeout(30)
abstract class HttpDownloadFixture {
  static final byte[] CONTENT = new byte[300_000];
  static final String MD5;
  static final int ATTEMPTS = 4;

  static {
    new Random(1).nextBytes(CONTENT);
    MD5 = md5(CONTENT);
  }

  @TempDir Path folder;

  final List<Duration> waits = new ArrayList<>();
  final List<Double> progress = new ArrayList<>();
  DiskSpace disk = path -> Long.MAX_VALUE;
  Duration readTimeout = Duration.ofSeconds(20);
  long maxSize = CONTENT.length;
  HttpDownload.Pause pause = waits::add;
  ScriptedServer server = new ScriptedServer(ScriptedServer.whole(CONTENT));

  @AfterEach
  void closeServer() throws IOException {
    server.close();
  }

  void fetch() throws IOException {
    download().fetch(server.address(), target(), MD5, 0, progress::add);
  }

  HttpDownload download() {
    var settings =
        new DownloadSettings(
            Duration.ofSeconds(20),
            readTimeout,
            ATTEMPTS,
            Duration.ofSeconds(1),
            Duration.ofSeconds(3),
            DataSize.ofBytes(maxSize));
    return new HttpDownload(settings, time -> pause.last(time), disk);
  }

  /** A new server with this script. */
  void play(ScriptedServer.Act... acts) {
    server = new ScriptedServer(acts);
  }

  Path target() {
    return folder.resolve("set.tar.gz.partial");
  }

  Path validator() {
    return folder.resolve("set.tar.gz.partial.validator");
  }

  static String md5(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
