package dev.resnet.security;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Who stands behind a bearer's key or token. */
final class Credentials {
  private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

  private final AccessKeys keys;
  private final @Nullable AuthenticationProvider tokens;

  /**
   * @param tokens checks the tokens of an issuer; null where there is none
   */
  Credentials(AccessKeys keys, @Nullable AuthenticationProvider tokens) {
    this.keys = keys;
    this.tokens = tokens;
  }

  /** Whether anything is asked of a caller at all. */
  boolean areNeeded() {
    return keys.areUsed() || tokens != null;
  }

  /** For people: what callers are known by. */
  String summary() {
    List<String> known = new ArrayList<>();
    if (keys.areUsed()) {
      known.add(keys.count() == 1 ? "1 key" : keys.count() + " keys");
    }
    if (tokens != null) {
      known.add("tokens of an issuer");
    }
    return String.join(" and ", known);
  }

  /**
   * The caller.
   *
   * @throws AuthenticationException where nobody is known by this; an {@link
   *     AuthenticationServiceException} where the issuer could not be asked
   */
  Authentication check(String bearer) {
    Optional<AccessKey> key = keys.find(bearer);
    if (key.isPresent()) {
      LOG.debug("Opened by the {}", key.get());
      return Caller.holding(key.get());
    }
    if (tokens == null || !looksLikeToken(bearer)) {
      throw new InvalidBearerTokenException("nobody has this key");
    }
    try {
      Authentication caller = tokens.authenticate(new BearerTokenAuthenticationToken(bearer));
      if (caller == null) {
        throw new InvalidBearerTokenException("nobody has this token");
      }
      LOG.debug("Opened by a token of '{}'", caller.getName());
      return caller;
    } catch (JwtDecoderInitializationException e) {
      throw new AuthenticationServiceException("the issuer of tokens can't be asked", e);
    }
  }

  /** Three parts with dots between. No key looks so, so none is sent on to be decoded. */
  private static boolean looksLikeToken(String bearer) {
    return bearer.chars().filter(c -> c == '.').count() == 2;
  }
}
