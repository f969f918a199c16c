package dev.resnet.data.download;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

/** A proxy that refuses is not taken for the target. */
class ProxiedDownloadTests {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "https://data.example/a.tar.gz,403,refuses to connect to it (status 403)",
    "https://data.example/a.tar.gz,407,wants a user and a password",
    "http://data.example/a.tar.gz,407,wants a user and a password",
    "http://data.example/a.tar.gz,403,or the proxy"
  })
  void theProxyIsNamed(String target, int status, String message) throws Exception {
    try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var answering = new Thread(() -> refuse(server, status));
      answering.setDaemon(true);
      answering.start();
      String name = "127.0.0.1:" + server.getLocalPort();
      var proxy =
          new EnvironmentProxy(
              Map.of("all_proxy", "http://" + name), unset -> null, ProxySelector.getDefault());
      var settings =
          new DownloadSettings(
              Duration.ofSeconds(20),
              Duration.ofSeconds(20),
              1,
              Duration.ZERO,
              Duration.ZERO,
              DataSize.ofMegabytes(1));
      var download = new HttpDownload(settings, time -> {}, DiskSpace.ACTUAL, proxy);
      assertThatThrownBy(
              () ->
                  download.fetch(
                      URI.create(target), folder.resolve("a.partial"), "", 0, done -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the proxy " + name)
          .hasMessageContaining(message)
          .hasMessageContaining("HTTPS_PROXY");
    }
  }

  private static void refuse(ServerSocket server, int status) {
    while (true) {
      try (Socket client = server.accept()) {
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {}
        String challenge = status == 407 ? "Proxy-Authenticate: Basic realm=\"p\"\r\n" : "";
        client
            .getOutputStream()
            .write(
                "HTTP/1.1 %d No\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .formatted(status, challenge)
                    .getBytes(UTF_8));
      } catch (IOException e) {
        return;
      }
    }
  }
}
