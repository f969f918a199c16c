package dev.resnet.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** A JWT issuer with OpenID Connect discovery, on a free port of this machine. */
final class TokenIssuer implements AutoCloseable {
  private final HttpServer server;
  private final RSAKey key;

  TokenIssuer() throws IOException, JOSEException {
    key = new RSAKeyGenerator(2048).keyID("1").generate();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer(
        "/.well-known/openid-configuration",
        "{\"issuer\": \"%s\", \"jwks_uri\": \"%s/keys\"}".formatted(uri(), uri()));
    answer("/keys", new JWKSet(key.toPublicJWK()).toString());
    server.start();
  }

  private void answer(String path, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        path,
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** A token with this validity from now; negative for an expired token. */
  String token(String scope, Duration validity) throws JOSEException {
    return signed(scope, validity, key);
  }

  /** A token like this issuer's, signed with another key under the same key id. */
  String forged(String scope) throws JOSEException {
    return signed(scope, Duration.ofMinutes(5), new RSAKeyGenerator(2048).keyID("1").generate());
  }

  private String signed(String scope, Duration validity, RSAKey with) throws JOSEException {
    Instant now = Instant.now();
    var token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("1").build(),
            new JWTClaimsSet.Builder()
                .issuer(uri())
                .subject("somebody")
                .claim("scope", scope)
                .issueTime(Date.from(now.minus(Duration.ofHours(1))))
                .expirationTime(Date.from(now.plus(validity)))
                .build());
    token.sign(new RSASSASigner(with));
    return token.serialize();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
