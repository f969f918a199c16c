package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.resnet.api.ProblemException;
import dev.resnet.serving.ServingProperties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.HttpStatus;

/** Malicious JSON bodies. */
class JsonImagesTests {
  private static final ServingProperties LIMITS =
      new Binder(new MapConfigurationPropertySource())
          .bindOrCreate("resnet.serving", ServingProperties.class);

  private static ProblemException refused(String body) {
    ProblemException refusal =
        catchThrowableOfType(
            ProblemException.class, () -> JsonImages.read(body.getBytes(UTF_8), LIMITS));
    assertThat(refusal.status()).isEqualTo(HttpStatus.BAD_REQUEST);
    return refusal;
  }

  private static String names(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"n" + i + "\":1")
        .collect(Collectors.joining(","));
  }

  @Test
  void aBodyWithManyNamesIsRefusedBeforeItsEnd() {
    assertThat(refused("{" + names(999) + ",\"images\":[]}").errors()).hasSize(100);
    assertThat(refused("{" + names(1001) + "}")).hasMessageContaining("more than 1000 fields");
    assertThat(refused("{\"x\":[{" + names(1000) + "}]}"))
        .hasMessageContaining("more than 1000 fields");
  }

  @Test
  void exceedingALimitOfTheParserIsTheClientsFault() {
    for (String body :
        new String[] {
          "{\"images\":" + "[".repeat(100_000),
          "{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}",
          "{\"" + "a".repeat(60_000) + "\":1}",
          "{\"images\":[" + "9".repeat(5_000) + "]}"
        }) {
      assertThat(refused(body)).hasMessageContaining("The body is not JSON");
    }
  }

  @Test
  void theFieldMayBeGivenOnlyOnce() {
    assertThat(refused("{\"images\":[\"AAAA\"],\"images\":[\"AAAA\"]}").errors())
        .extracting("message")
        .containsExactly("is given twice");
  }

  @Test
  void anUnknownValueIsSkippedHoweverDeep() {
    assertThat(refused("{\"x\":{\"y\":[1,{\"z\":[]}]},\"images\":[]}").errors())
        .extracting("field")
        .containsExactly("x", "images");
  }
}
