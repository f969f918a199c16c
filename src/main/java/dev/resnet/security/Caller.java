package dev.resnet.security;

import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** Somebody who may do something: the holder of a key, or anybody where no key is needed. */
final class Caller extends AbstractAuthenticationToken {
  private final String name;

  private Caller(String name, Scope scope) {
    super(List.of(scope.authority()));
    this.name = name;
    setAuthenticated(true);
  }

  static Caller holding(AccessKey key) {
    return new Caller(key.name(), key.scope());
  }

  static Caller anybody() {
    return new Caller("anybody", Scope.ADMIN);
  }

  @Override
  public Object getPrincipal() {
    return name;
  }

  /** The key itself is forgotten at once. */
  @Override
  public Object getCredentials() {
    return "";
  }
}
