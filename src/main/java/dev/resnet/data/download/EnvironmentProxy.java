package dev.resnet.data.download;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy that {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}
 * name, in either case, as curl reads them. What the JVM is told ({@code -Dhttps.proxyHost}) comes
 * first.
 */
final class EnvironmentProxy extends ProxySelector {
  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentProxy.class);
  private static final int HTTP_PORT = 80;

  /** Without it the JDK never sends a password to a proxy that makes a tunnel for https. */
  private static final String NO_BASIC_IN_TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

  private final Map<String, String> environment;
  private final UnaryOperator<@Nullable String> jvm;
  private final ProxySelector ofJvm;

  /**
   * @param jvm the JVM's settings by name; null for those that are not set
   * @param ofJvm what obeys them
   */
  EnvironmentProxy(
      Map<String, String> environment, UnaryOperator<@Nullable String> jvm, ProxySelector ofJvm) {
    this.environment = environment;
    this.jvm = jvm;
    this.ofJvm = ofJvm;
  }

  /** Of this process. */
  static EnvironmentProxy ofProcess() {
    return new EnvironmentProxy(System.getenv(), System::getProperty, ProxySelector.getDefault());
  }

  @Override
  public List<Proxy> select(URI target) {
    if (Stream.of(target.getScheme() + ".proxyHost", "socksProxyHost", "java.net.useSystemProxies")
        .anyMatch(name -> jvm.apply(name) != null)) {
      return ofJvm.select(target);
    }
    return address(target)
        .map(
            proxy ->
                new Proxy(
                    Proxy.Type.HTTP,
                    new InetSocketAddress(
                        proxy.getHost(), proxy.getPort() < 0 ? HTTP_PORT : proxy.getPort())))
        .map(List::of)
        .orElse(List.of(Proxy.NO_PROXY));
  }

  /** Where a proxy is used for this target: {@code host:port}. */
  Optional<String> nameFor(URI target) {
    return select(target).stream()
        .filter(proxy -> proxy.address() instanceof InetSocketAddress)
        .map(proxy -> (InetSocketAddress) proxy.address())
        .map(address -> address.getHostString() + ":" + address.getPort())
        .findFirst();
  }

  /** Gives a proxy the user and password that stand in its address, and nobody else. */
  Optional<Authenticator> credentials() {
    boolean any =
        environment.entrySet().stream()
            .anyMatch(
                variable ->
                    variable.getKey().toLowerCase(Locale.ROOT).endsWith("_proxy")
                        && variable.getValue().contains("@"));
    if (!any) {
      // With an authenticator that knows nothing, the client would hide the status 407 or 401.
      return Optional.empty();
    }
    if (System.getProperty(NO_BASIC_IN_TUNNELS) == null) {
      System.setProperty(NO_BASIC_IN_TUNNELS, "");
    }
    return Optional.of(new ForProxies());
  }

  private final class ForProxies extends Authenticator {
    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      if (getRequestorType() != RequestorType.PROXY) {
        return null;
      }
      return Stream.of("https", "http")
          .flatMap(scheme -> named(scheme).stream())
          .filter(proxy -> proxy.getHost().equalsIgnoreCase(getRequestingHost()))
          .map(URI::getUserInfo)
          .filter(user -> user != null)
          .map(user -> user.split(":", 2))
          .map(
              user ->
                  new PasswordAuthentication(
                      user[0], (user.length > 1 ? user[1] : "").toCharArray()))
          .findFirst()
          .orElse(null);
    }
  }

  private Optional<URI> address(URI target) {
    return isExcepted(target) ? Optional.empty() : named(target.getScheme());
  }

  private Optional<URI> named(String scheme) {
    return variable(scheme + "_proxy").or(() -> variable("all_proxy")).flatMap(this::parsed);
  }

  private Optional<URI> parsed(String text) {
    try {
      URI proxy = URI.create(text.contains("://") ? text : "http://" + text);
      if ("http".equalsIgnoreCase(proxy.getScheme()) && proxy.getHost() != null) {
        return Optional.of(proxy);
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("not a URL"); // its text may hold a password
    }
    LOG.warn(
        "A proxy in the environment is passed over: only http://[user:password@]host:port is known");
    return Optional.empty();
  }

  private Optional<String> variable(String name) {
    return Stream.of(name, name.toUpperCase(Locale.ROOT))
        .map(environment::get)
        .filter(value -> value != null && !value.isBlank())
        .map(String::strip)
        .findFirst();
  }

  private boolean isExcepted(URI target) {
    Predicate<String> names = entry -> names(entry.toLowerCase(Locale.ROOT), target);
    return variable("no_proxy").stream()
        .flatMap(list -> Arrays.stream(list.split("[,\\s]+")))
        .filter(entry -> !entry.isEmpty())
        .anyMatch(names);
  }

  /** A name counts for all below it too, with a dot or star before it or without. */
  private static boolean names(String entry, URI target) {
    if (entry.equals("*")) {
      return true;
    }
    String host = String.valueOf(target.getHost()).toLowerCase(Locale.ROOT);
    String name = entry;
    int colon = entry.lastIndexOf(':');
    boolean port = colon > 0 && entry.indexOf(':') == colon || entry.contains("]:");
    if (port) {
      int asked =
          target.getPort() >= 0 ? target.getPort() : target.getScheme().equals("https") ? 443 : 80;
      if (!entry.substring(colon + 1).equals(String.valueOf(asked))) {
        return false;
      }
      name = entry.substring(0, colon);
    }
    name = name.replaceFirst("^\\*?\\.", "");
    return host.equals(name) || host.equals("[" + name + "]") || host.endsWith("." + name);
  }

  @Override
  public void connectFailed(URI target, SocketAddress proxy, IOException reason) {
    // The request itself fails and says so.
  }
}
