package dev.resnet.security;

import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** An authenticated client: the holder of a key, or anyone if no key is needed. */
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

  static Caller anonymous() {
    return new Caller("anybody", Scope.ADMIN);
  }

  @Override
  public Object getPrincipal() {
    return name;
  }

  /** The key itself is not kept. */
  @Override
  public Object getCredentials() {
    return "";
  }
}
