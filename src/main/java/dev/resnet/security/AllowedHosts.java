package dev.resnet.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The host names under which the service may be called. This prevents DNS rebinding: another site
 * points its own name to this machine, and a visitor's browser then treats the service as part of
 * that site. Such a request still has the site's name in {@code Host}.
 *
 * <p>An IP address is always allowed. A page that was loaded from an address has that address as
 * its origin, and an address can't be made to point elsewhere.
 */
final class AllowedHosts {
  private static final String ANY = "*";
  private static final String SUBDOMAINS = "*.";
  private static final Pattern NAME =
      Pattern.compile("\\*|(\\*\\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_-]+)*");
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  /** As written in settings, without brackets. */
  private static final Pattern IPV6 = Pattern.compile("(?=.*:.*:)[0-9a-f:.]+(%.+)?");

  private static final String LOCAL = "localhost";

  private final List<String> names;

  /**
   * @param names allowed in addition to {@code localhost} and IP addresses: names, {@code *.domain}
   *     for every name below a domain, or {@code *} for all
   * @throws IllegalArgumentException if one is not a host name
   */
  AllowedHosts(Collection<String> names) {
    List<String> all = new ArrayList<>(List.of(LOCAL));
    for (String name : names) {
      String normal = normal(name.strip());
      if (normal.isEmpty() || isAddress(normal) || IPV6.matcher(normal).matches()) {
        continue; // a list from the environment may have empty entries, and addresses are always
        // allowed
      }
      if (!NAME.matcher(normal).matches()) {
        throw new IllegalArgumentException(
            ("'%s' is not a host name; write resnet.example.org without scheme and port,"
                        + " *.example.org")
                    .formatted(name)
                + " for all names below it, or * for every name");
      }
      all.add(normal);
    }
    this.names = List.copyOf(all);
  }

  /**
   * The host name of the request that is not allowed; null if all are. Checks the name in {@code
   * Host} and the one that a trusted proxy has replaced it with.
   */
  @Nullable String refused(HttpServletRequest request) {
    String header = request.getHeader("Host");
    if (header == null && request.getProtocol().startsWith("HTTP/1")) {
      return null; // browsers always send it; HTTP/1.0 health checks may not
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

  /** In lower case, without the trailing dot of an absolute name. */
  private static String normal(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** Browsers send every IPv4 address as four numbers, and IPv6 in brackets. */
  private static boolean isAddress(String host) {
    return host.startsWith("[") || IPV4.matcher(host).matches();
  }

  static String withoutPort(String header) {
    int bracket = header.lastIndexOf(']');
    int colon = header.indexOf(':', bracket < 0 ? 0 : bracket);
    return colon < 0 ? header : header.substring(0, colon);
  }
}
