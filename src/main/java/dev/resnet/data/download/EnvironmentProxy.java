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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy that {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}
 * name, interpreted as by curl: in upper or lower case; lower case takes precedence. If the JVM has
 * proxy settings ({@code -Dhttps.proxyHost}), they apply instead.
 */
final class EnvironmentProxy extends ProxySelector {
  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentProxy.class);
  private static final List<String> OF_JVM =
      List.of("https.proxyHost", "http.proxyHost", "socksProxyHost", "java.net.useSystemProxies");

  /** By default the JDK sends no password to a proxy that opens a tunnel for https. */
  private static final String NO_BASIC_IN_TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

  private final Map<String, URI> proxies = new HashMap<>();
  private final List<String> exceptions;

  EnvironmentProxy(Map<String, String> environment, Properties jvm) {
    var variables = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    if (OF_JVM.stream().noneMatch(jvm::containsKey)) {
      variables.putAll(new TreeMap<>(environment)); // added last: lower case takes precedence
    }
    for (String scheme : List.of("https", "http")) {
      String proxy = variables.getOrDefault(scheme + "_proxy", variables.get("all_proxy"));
      parsed(proxy).ifPresent(uri -> proxies.put(scheme, uri));
    }
    exceptions =
        Stream.of(comparable(variables.getOrDefault("no_proxy", "")).split("[,\\s]+"))
            .map(name -> name.replaceFirst("^\\*?\\.", ""))
            .filter(name -> !name.isEmpty())
            .toList();
  }

  private static Optional<URI> parsed(@Nullable String proxy) {
    if (proxy == null || proxy.isBlank()) {
      return Optional.empty();
    }
    try {
      URI uri = new URI((proxy.contains("://") ? "" : "http://") + proxy.strip());
      if ("http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      LOG.debug("not a URL"); // its text may hold a password
    }
    LOG.warn("A proxy in the environment is ignored: it must be http://[user:password@]host:port");
    return Optional.empty();
  }

  @Override
  public List<Proxy> select(URI target) {
    URI proxy = proxies.get(target.getScheme());
    if (proxy == null || isExcepted(target)) {
      return ProxySelector.getDefault().select(target);
    }
    int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
    return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port)));
  }

  @Override
  public void connectFailed(URI target, SocketAddress proxy, IOException reason) {
    // The request itself fails and reports it.
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
   * Sends the user and password in a proxy's address to that proxy only. Empty if there are none,
   * because with an authenticator that has no password the client hides the status 407.
   */
  Optional<Authenticator> authenticator() {
    if (proxies.values().stream().allMatch(proxy -> proxy.getUserInfo() == null)) {
      return Optional.empty();
    }
    System.getProperties().putIfAbsent(NO_BASIC_IN_TUNNELS, "");
    return Optional.of(
        new Authenticator() {
          @Override
          protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            return proxies.values().stream()
                .filter(proxy -> getRequestorType() == RequestorType.PROXY)
                .filter(proxy -> proxy.getHost().equalsIgnoreCase(getRequestingHost()))
                .flatMap(proxy -> Stream.ofNullable(proxy.getUserInfo()))
                .map(user -> user.contains(":") ? user.split(":", 2) : new String[] {user, ""})
                .map(user -> new PasswordAuthentication(user[0], user[1].toCharArray()))
                .findFirst()
                .orElse(null);
          }
        });
  }

  private boolean isExcepted(URI target) {
    String host = comparable(String.valueOf(target.getHost()));
    int standard = "https".equals(target.getScheme()) ? 443 : 80;
    int port = target.getPort() < 0 ? standard : target.getPort();
    return exceptions.contains("*")
        || Stream.of(host, host + ":" + port)
            .anyMatch(
                name ->
                    exceptions.stream().anyMatch(e -> name.equals(e) || name.endsWith("." + e)));
  }

  /** In lower case, and IPv6 addresses without brackets. */
  private static String comparable(String hosts) {
    return hosts.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
  }
}
