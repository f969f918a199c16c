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

/** Checks bearer keys and tokens. */
final class Credentials {
  private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

  private final AccessKeys keys;
  private final @Nullable AuthenticationProvider tokens;

  /**
   * @param tokens checks the tokens of a JWT issuer; null if there is none
   */
  Credentials(AccessKeys keys, @Nullable AuthenticationProvider tokens) {
    this.keys = keys;
    this.tokens = tokens;
  }

  /** Whether clients need a key or token. */
  boolean areNeeded() {
    return keys.areUsed() || tokens != null;
  }

  /** The accepted credentials, for people. */
  String summary() {
    List<String> known = new ArrayList<>();
    if (keys.areUsed()) {
      known.add(keys.count() == 1 ? "1 key" : keys.count() + " keys");
    }
    if (tokens != null) {
      known.add("tokens of a JWT issuer");
    }
    return String.join(" and ", known);
  }

  /**
   * Authenticates a client.
   *
   * @throws AuthenticationException if the key or token is not valid; an {@link
   *     AuthenticationServiceException} if the JWT issuer could not be reached
   */
  Authentication check(String bearer) {
    Optional<AccessKey> key = keys.find(bearer);
    if (key.isPresent()) {
      LOG.debug("Authenticated by the {}", key.get());
      return Caller.holding(key.get());
    }
    if (tokens == null || !looksLikeToken(bearer)) {
      throw new InvalidBearerTokenException("the key is not valid");
    }
    try {
      Authentication caller = tokens.authenticate(new BearerTokenAuthenticationToken(bearer));
      if (caller == null) {
        throw new InvalidBearerTokenException("the token is not valid");
      }
      LOG.debug("Authenticated by a token of '{}'", caller.getName());
      return caller;
    } catch (JwtDecoderInitializationException e) {
      throw new AuthenticationServiceException("the JWT issuer can't be reached", e);
    }
  }

  /**
   * Whether it has three parts separated by dots. Keys never look like that, so they are not
   * decoded as tokens.
   */
  private static boolean looksLikeToken(String bearer) {
    return bearer.chars().filter(c -> c == '.').count() == 2;
  }
}
