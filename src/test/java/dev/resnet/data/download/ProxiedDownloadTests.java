package dev.resnet.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Downloads through a proxy, which the scripted server plays. */
class ProxiedDownloadTests extends HttpDownloadFixture {
  private static final String CHALLENGE = "Proxy-Authenticate: Basic realm=\"p\"";
  private static final URI FILE = URI.create("http://data.example/set.tar.gz");

  @ParameterizedTest
  @CsvSource({
    "https,403 Forbidden,'Tunnel failed, got: 403'",
    "https,407 Proxy Authentication Required,wants a user and a password",
    "http,407 Proxy Authentication Required,wants a user and a password",
    "http,403 Forbidden,status 403"
  })
  void namesTheProxyThatRefuses(String scheme, String status, String message) {
    play(ScriptedServer.status(status, CHALLENGE));
    proxy = proxy("http://");

    assertThatThrownBy(() -> fetch(URI.create(scheme + "://data.example/set.tar.gz"), MD5))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            "through the proxy " + server.address().getAuthority(),
            message,
            "HTTPS_PROXY=http://[user:password@]host:port");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void sendsThePasswordToTheProxyAlone() throws IOException {
    play(
        ScriptedServer.status("407 Proxy Authentication Required", CHALLENGE),
        (headers, out) ->
            ScriptedServer.status("302 Found", "Location: " + server.address()).play(headers, out),
        ScriptedServer.whole(CONTENT));
    proxy = proxy("http://me:secret@");

    fetch(FILE, MD5);

    assertThat(target()).hasBinaryContent(CONTENT);
    assertThat(server.requests())
        .extracting(headers -> headers.get("proxy-authorization"))
        .containsExactly(null, "Basic bWU6c2VjcmV0", null);
  }

  @Test
  void doesNotTryAWrongPasswordAgainAndAgain() {
    play(ScriptedServer.status("407 Proxy Authentication Required", CHALLENGE));
    proxy = proxy("http://me:wrong@");

    assertThatThrownBy(() -> fetch(FILE, MD5))
        .hasMessageContaining("too many authentication attempts");
    assertThat(failures).hasSize(1);
  }

  private EnvironmentProxy proxy(String before) {
    return new EnvironmentProxy(
        Map.of("ALL_PROXY", before + server.address().getAuthority(), "NO_PROXY", "127.0.0.1"),
        new Properties());
  }
}
