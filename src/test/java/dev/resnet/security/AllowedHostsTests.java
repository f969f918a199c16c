package dev.resnet.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The host names under which the service may be called. */
class AllowedHostsTests {
  private final AllowedHosts named =
      new AllowedHosts(
          List.of(
              "Resnet.example.org", "*.lab.example", "api", "", "10.0.0.1", "::", "fe80::1%eth0"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1",
        "127.8.9.1",
        "192.0.2.7",
        "[::1]",
        "[2001:db8::7]",
        "resnet.example.org",
        "resnet.example.org.",
        "a.lab.example",
        "a.b.lab.example",
        "api"
      })
  void allowed(String host) {
    assertThat(named.allow(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1.nip.io",
        "notresnet.example.org",
        "x.resnet.example.org",
        "lab.example",
        "badlab.example",
        "worker"
      })
  void refused(String host) {
    assertThat(named.allow(host)).isFalse();
  }

  @Test
  void aStarAllowsEveryName() {
    assertThat(new AllowedHosts(List.of("*")).allow("evil.example")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://a.org", "a.org/x", "a b", "a.*.org", "-"})
  void anInvalidHostNameIsAnError(String name) {
    assertThatThrownBy(() -> new AllowedHosts(List.of(name)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "' is not a host name");
  }
}
