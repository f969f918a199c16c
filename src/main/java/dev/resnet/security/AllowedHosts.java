package dev.resnet.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names under which the service may be called. Against DNS rebinding: a page of another site
 * lets its own name point to this machine, and its visitor's browser then takes the service for a
 * part of that site. The request still carries that name in {@code Host}.
 *
 * <p>An IP address is always allowed. A page that was loaded from an address has that address as
 * its origin, and nobody can let an address point elsewhere.
 */
final class AllowedHosts {
  private static final String ANY = "*";
  private static final String SUBDOMAINS = "*.";
  private static final Pattern NAME =
      Pattern.compile("\\*|(\\*\\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_-]+)*");
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  /** As settings write it, without brackets. */
  private static final Pattern IPV6 = Pattern.compile("(?=.*:.*:)[0-9a-f:.]+(%.+)?");

  private static final String LOCAL = "localhost";

  private final List<String> names;

  /**
   * @param names beside {@code localhost} and IP addresses: names, {@code *.domain} for every name
   *     below a domain, or {@code *} for all
   * @throws IllegalArgumentException where one is not a name
   */
  AllowedHosts(Collection<String> names) {
    List<String> all = new ArrayList<>(List.of(LOCAL));
    for (String name : names) {
      String normal = normal(name.strip());
      if (normal.isEmpty() || isAddress(normal) || IPV6.matcher(normal).matches()) {
        continue; // a list in the environment may have gaps, and addresses are allowed anyway
      }
      if (!NAME.matcher(normal).matches()) {
        throw new IllegalArgumentException(
            "'%s' is not a host name; write resnet.example.org without scheme and port, *.example.org"
                    .formatted(name)
                + " for all names below it, or * for every name");
      }
      all.add(normal);
    }
    this.names = List.copyOf(all);
  }

  /**
   * The name that is not allowed, of those under which the client asks: the one in {@code Host},
   * and the one that a trusted proxy has put into its place. Null where all are allowed.
   */
  @Nullable String refused(HttpServletRequest request) {
    String header = request.getHeader("Host");
    if (header == null && request.getProtocol().startsWith("HTTP/1")) {
      return null; // no browser leaves it out; health checks of HTTP/1.0 do
    }
    if (header != null && !allow(withoutPort(header))) {
      return withoutPort(header);
    }
    return allow(request.getServerName()) ? null : request.getServerName();
  }

  /**
   * Whether the service may be called by this name.
   *
   * @param host without a port; an IPv6 address in brackets
   */
  boolean allow(String host) {
    String asked = normal(host);
    return isAddress(asked)
        || names.stream()
            .anyMatch(
                name ->
                    name.equals(ANY)
                        || name.equals(asked)
                        || (name.startsWith(SUBDOMAINS) && asked.endsWith(name.substring(1))));
  }

  /** Lower case, without the dot that ends an absolute name. */
  private static String normal(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** Browsers write every spelling of an IPv4 address as four numbers, and IPv6 in brackets. */
  private static boolean isAddress(String host) {
    return host.startsWith("[") || IPV4.matcher(host).matches();
  }

  private static String withoutPort(String header) {
    int bracket = header.lastIndexOf(']');
    int colon = header.indexOf(':', bracket < 0 ? 0 : bracket);
    return colon < 0 ? header : header.substring(0, colon);
  }
}
