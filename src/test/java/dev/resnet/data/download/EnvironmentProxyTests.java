package dev.resnet.data.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ProxySelector;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which proxy the environment names. */
class EnvironmentProxyTests {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTPS_PROXY=http://proxy:3128|https://a.org/x|proxy:3128",
        "https_proxy=http://proxy:3128/|https://a.org/x|proxy:3128",
        "https_proxy=proxy|https://a.org/x|proxy:80",
        "HTTPS_PROXY=http://me:secret@proxy:3128|https://a.org/x|proxy:3128",
        "HTTPS_PROXY=http://upper:1 https_proxy=http://lower:2|https://a.org/x|lower:2",
        "HTTPS_PROXY=http://proxy:3128|http://a.org/x|",
        "HTTP_PROXY=http://proxy:3128|http://a.org/x|proxy:3128",
        "ALL_PROXY=http://proxy:3128|http://a.org/x|proxy:3128",
        "HTTPS_PROXY=|https://a.org/x|",
        "HTTPS_PROXY=socks5://proxy:1080|https://a.org/x|",
        "HTTPS_PROXY=http://|https://a.org/x|",
        "HTTPS_PROXY=http://me:a^b@p:1|https://a.org/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=*|https://a.org/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=a.org|https://a.org/x|",
        "HTTPS_PROXY=http://p:1 no_proxy=b.org,A.org|https://a.org/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=a.org|https://www.a.org/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=.a.org|https://www.a.org/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=*.a.org|https://www.a.org/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=a.org|https://ba.org/x|p:1",
        "HTTPS_PROXY=http://p:1 NO_PROXY=a.org:8443|https://a.org/x|p:1",
        "HTTPS_PROXY=http://p:1 NO_PROXY=a.org:443|https://a.org/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=a.org:8443|https://a.org:8443/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=10.0.0.1|https://10.0.0.1/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=::1|https://[::1]/x|",
        "HTTPS_PROXY=http://p:1 NO_PROXY=[::1]:443|https://[::1]/x|"
      })
  void theEnvironmentNames(String environment, String target, String expected) {
    Map<String, String> variables = new HashMap<>();
    for (String variable : environment.split(" ")) {
      variables.put(variable.split("=", 2)[0], variable.split("=", 2)[1]);
    }
    var proxy = new EnvironmentProxy(variables, new Properties());
    assertThat(proxy.nameFor(URI.create(target)).orElse(null)).isEqualTo(expected);
  }

  @Test
  void theJvmsSettingsApplyInstead() {
    var jvm = new Properties();
    jvm.setProperty("https.proxyHost", "jvm");
    var proxy = new EnvironmentProxy(Map.of("HTTPS_PROXY", "http://me:secret@p:1"), jvm);
    URI target = URI.create("https://a.org");

    assertThat(proxy.select(target)).isEqualTo(ProxySelector.getDefault().select(target));
    assertThat(proxy.authenticator()).isEmpty();
  }
}
