package dev.resnet.data.download;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy that {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}
 * name, in upper or lower case, as curl reads them. If the JVM has proxy settings ({@code
 * -Dhttps.proxyHost}), they apply instead.
 */
final class EnvironmentProxy extends ProxySelector {
  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentProxy.class);
  private static final List<String> OF_JVM =
      List.of("https.proxyHost", "http.proxyHost", "socksProxyHost", "java.net.useSystemProxies");

  /** By default the JDK sends no password to a proxy that opens a tunnel for https. */
  private static final String NO_BASIC_IN_TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

  private final Map<String, String> environment;

  EnvironmentProxy(Map<String, String> environment, Properties jvm) {
    this.environment = OF_JVM.stream().anyMatch(jvm::containsKey) ? Map.of() : environment;
  }

  /** Of this process. */
  static EnvironmentProxy ofProcess() {
    return new EnvironmentProxy(System.getenv(), System.getProperties());
  }

  @Override
  public List<Proxy> select(URI target) {
    return address(target)
        .map(uri -> new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort()))
        .map(address -> List.of(new Proxy(Proxy.Type.HTTP, address)))
        .orElseGet(() -> ProxySelector.getDefault().select(target));
  }

  @Override
  public void connectFailed(URI target, SocketAddress proxy, IOException reason) {
    // The request itself fails and says so.
  }

  /** {@code host:port} of the proxy for this target, if there is one. */
  Optional<String> nameFor(URI target) {
    return select(target).stream()
        .filter(proxy -> proxy.address() instanceof InetSocketAddress)
        .map(proxy -> (InetSocketAddress) proxy.address())
        .map(address -> address.getHostString() + ":" + address.getPort())
        .findFirst();
  }

  /**
   * Gives a proxy the user and password in its address, and nobody else. Empty if there are none:
   * with an authenticator that knows nothing the client hides the status 407.
   */
  Optional<Authenticator> authenticator() {
    List<URI> proxies =
        Stream.of("https", "http")
            .flatMap(scheme -> named(scheme).stream())
            .filter(proxy -> proxy.getUserInfo() != null)
            .toList();
    if (proxies.isEmpty()) {
      return Optional.empty();
    }
    System.getProperties().putIfAbsent(NO_BASIC_IN_TUNNELS, "");
    return Optional.of(
        new Authenticator() {
          @Override
          protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            return proxies.stream()
                .filter(proxy -> getRequestorType() == RequestorType.PROXY)
                .filter(proxy -> proxy.getHost().equalsIgnoreCase(getRequestingHost()))
                .map(proxy -> proxy.getUserInfo().split(":", 2))
                .map(
                    user ->
                        new PasswordAuthentication(
                            user[0], user.length > 1 ? user[1].toCharArray() : new char[0]))
                .findFirst()
                .orElse(null);
          }
        });
  }

  private Optional<URI> address(URI target) {
    return isExcepted(target) ? Optional.empty() : named(target.getScheme());
  }

  private Optional<URI> named(String scheme) {
    return Stream.of(variable(scheme + "_proxy"), variable("all_proxy"))
        .filter(value -> !value.isEmpty())
        .findFirst()
        .flatMap(EnvironmentProxy::parsed);
  }

  /** The client knows no other proxies than HTTP's. */
  private static Optional<URI> parsed(String value) {
    try {
      URI proxy = new URI(value.contains("://") ? value : "http://" + value);
      if ("http".equalsIgnoreCase(proxy.getScheme()) && proxy.getHost() != null) {
        return Optional.of(proxy);
      }
    } catch (URISyntaxException e) {
      LOG.debug("not a URL"); // the value may hold a password
    }
    LOG.warn("A proxy in the environment is ignored: it must be http://[user:password@]host:port");
    return Optional.empty();
  }

  private String variable(String name) {
    String value = environment.getOrDefault(name, "").strip();
    return value.isEmpty()
        ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "").strip()
        : value;
  }

  private boolean isExcepted(URI target) {
    String host = comparable(String.valueOf(target.getHost()));
    int port =
        target.getPort() >= 0 ? target.getPort() : "https".equals(target.getScheme()) ? 443 : 80;
    return Stream.of(comparable(variable("no_proxy")).split("[,\\s]+"))
        .map(entry -> entry.replaceFirst("^\\*?\\.", ""))
        .anyMatch(
            name -> name.equals("*") || covers(name, host) || covers(name, host + ":" + port));
  }

  /** A name includes all names below it. */
  private static boolean covers(String name, String host) {
    return host.equals(name) || !name.isEmpty() && host.endsWith("." + name);
  }

  /** In lower case, and IPv6 addresses without brackets. */
  private static String comparable(String hosts) {
    return hosts.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
  }
}
