package dev.resnet.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.RunningService;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Tokens of a JWT issuer, in addition to the service's own keys. */
@ExtendWith(OutputCaptureExtension.class)
class TokenTests {
  private static final String JOBS = "/api/v1/training-jobs";
  private static final Duration VALID = Duration.ofMinutes(5);

  @TempDir private static Path home;
  private static TokenIssuer issuer;
  private static RunningService service;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TokenIssuer();
    service =
        RunningService.start(
            home,
            "spring.security.oauth2.resourceserver.jwt.issuer-uri=" + issuer.uri(),
            "resnet.security.keys[0].name=own",
            "resnet.security.keys[0].sha256=" + TestKeys.sha256("own-key"),
            "resnet.security.keys[0].scope=read");
  }

  @AfterAll
  static void stop() {
    service.close();
    issuer.close();
  }

  @Test
  void aTokenPermitsWhatItsScopePermits() throws Exception {
    String token = issuer.token("openid train profile", VALID);
    assertThat(service.get(JOBS, token).statusCode()).isEqualTo(200);
    assertThat(service.call("POST", JOBS, token, "{}").statusCode()).isEqualTo(400);
    HttpResponse<String> admin = service.get("/actuator/info", token);
    assertThat(admin.statusCode()).isEqualTo(403);
    assertThat(admin.body()).contains("needs the scope 'admin'", "'train'");
  }

  @Test
  void aTokenWithoutAKnownScopePermitsNothing() throws Exception {
    HttpResponse<String> response = service.get(JOBS, issuer.token("openid ADMIN", VALID));
    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.body()).contains("none of read, classify, train, admin");
  }

  @Test
  void expiredForgedAndForeignTokensAreRefused(CapturedOutput output) throws Exception {
    String expired = issuer.token("admin", Duration.ofMinutes(-5));
    String good = issuer.token("admin", VALID);
    String unsigned = good.substring(0, good.lastIndexOf('.') + 1);
    for (String token : new String[] {expired, issuer.forged("admin"), unsigned, "a.b.c"}) {
      HttpResponse<String> response = service.get(JOBS, token);
      assertThat(response.statusCode()).as(token).isEqualTo(401);
      assertThat(response.headers().firstValue("WWW-Authenticate").orElse(""))
          .contains("error=\"invalid_token\"");
    }
    try (var foreign = new TokenIssuer()) {
      assertThat(service.get(JOBS, foreign.token("admin", VALID)).statusCode()).isEqualTo(401);
    }
    assertThat(output).doesNotContain(expired);
  }

  @Test
  void keysAreAcceptedInAdditionToTokens() throws Exception {
    assertThat(service.get(JOBS, "own-key").statusCode()).isEqualTo(200);
    assertThat(service.get(JOBS, "other-key").statusCode()).isEqualTo(401);
  }

  @Test
  void anUnreachableIssuerIsNotTheClientsFault(@TempDir Path otherHome) throws Exception {
    String uri;
    try (var gone = new TokenIssuer()) {
      uri = gone.uri();
    }
    try (var other =
        RunningService.start(
            otherHome, "spring.security.oauth2.resourceserver.jwt.issuer-uri=" + uri)) {
      HttpResponse<String> response = other.get(JOBS, issuer.token("read", VALID));
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains("JWT issuer can't be reached");
      assertThat(other.get(JOBS, "no-token").statusCode()).isEqualTo(401);
      assertThat(other.get("/v3/api-docs", null).statusCode()).isEqualTo(200);
    }
  }
}
