package dev.resnet.security;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** What a client may do; each scope includes those before it. */
enum Scope {
  READ("read jobs, models and data sets"),
  CLASSIFY("classify images"),
  TRAIN("create, cancel, resume and delete jobs"),
  ADMIN("everything else, including actuator beyond health");

  /** The prefix that Spring's resource server adds to each entry of a token's scope claim. */
  private static final String AUTHORITY_PREFIX = "SCOPE_";

  private final String meaning;

  Scope(String meaning) {
    this.meaning = meaning;
  }

  boolean includes(Scope other) {
    return compareTo(other) >= 0;
  }

  /** What it permits in addition to the scope before it. */
  String meaning() {
    return meaning;
  }

  /** The name in settings, tokens and the OpenAPI document. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  GrantedAuthority authority() {
    return new SimpleGrantedAuthority(AUTHORITY_PREFIX + wireName());
  }

  static Optional<Scope> of(String wireName) {
    return Arrays.stream(values()).filter(scope -> scope.wireName().equals(wireName)).findFirst();
  }

  /** The highest scope of a client; empty if it has none. */
  static Optional<Scope> highest(Collection<? extends GrantedAuthority> authorities) {
    return Arrays.stream(values())
        .filter(
            scope ->
                authorities.stream()
                    .anyMatch(a -> scope.authority().getAuthority().equals(a.getAuthority())))
        .reduce((lower, higher) -> higher);
  }

  static String names() {
    return Stream.of(values()).map(Scope::wireName).collect(Collectors.joining(", "));
  }
}
