package dev.resnet.data.download;

import dev.resnet.data.DownloadListener;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
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

  final List<Double> progress = new ArrayList<>();
  final List<String> failures = new ArrayList<>();
  final DownloadListener listener =
      new DownloadListener() {
        @Override
        public void downloaded(double share) {
          progress.add(share);
        }

        @Override
        public void attemptFailed(String message) {
          failures.add(message);
          afterFailure.run();
        }
      };
  Runnable afterFailure = () -> {};
  EnvironmentProxy proxy = new EnvironmentProxy(Map.of(), new Properties());
  long usableSpace = Long.MAX_VALUE;
  Duration readTimeout = Duration.ofSeconds(20);
  Duration wait = Duration.ZERO;
  long maxSize = CONTENT.length;
  ScriptedServer server = new ScriptedServer(ScriptedServer.whole(CONTENT));

  @AfterEach
  void closeServer() throws IOException {
    server.close();
  }

  void fetch() throws IOException {
    fetch(server.address(), MD5);
  }

  void fetch(URI address, String md5) throws IOException {
    fetch(address, md5, 0);
  }

  void fetch(URI address, String md5, long reserve) throws IOException {
    var settings =
        new DownloadSettings(
            Duration.ofSeconds(20), readTimeout, ATTEMPTS, wait, wait, DataSize.ofBytes(maxSize));
    new HttpDownload(settings, path -> usableSpace, proxy)
        .fetch(new RemoteFile(address, md5, "some.set"), target(), reserve, listener);
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
