package dev.resnet.security;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** What a caller may do; a ladder, each rung includes those before it. */
enum Scope {
  READ("look at jobs, models and data sets"),
  CLASSIFY("classify pictures"),
  TRAIN("create, cancel and delete jobs"),
  ADMIN("everything else, actuator beyond health included");

  /** What Spring's resource server puts before the words of a token's scope claim. */
  private static final String AUTHORITY_PREFIX = "SCOPE_";

  private final String meaning;

  Scope(String meaning) {
    this.meaning = meaning;
  }

  boolean includes(Scope other) {
    return compareTo(other) >= 0;
  }

  /** What it adds to the rung before it. */
  String meaning() {
    return meaning;
  }

  /** As it is written in settings, tokens and the API's document. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  GrantedAuthority authority() {
    return new SimpleGrantedAuthority(AUTHORITY_PREFIX + wireName());
  }

  static Optional<Scope> of(String wireName) {
    return Arrays.stream(values()).filter(scope -> scope.wireName().equals(wireName)).findFirst();
  }

  /** The highest of those that a caller was given; empty where none of them is ours. */
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
