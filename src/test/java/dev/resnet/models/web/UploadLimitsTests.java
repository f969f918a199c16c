package dev.resnet.models.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.api.JsonRequest;
import dev.resnet.api.ProblemException;
import dev.resnet.models.ModelUploads;
import dev.resnet.models.UploadProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.util.unit.DataSize;

/** The limits of an upload's card, at their edges. */
class UploadLimitsTests {
  private static final UploadProperties SETTINGS =
      new UploadProperties(
          DataSize.ofMegabytes(1), DataSize.ofBytes(0), 32, 200, DataSize.ofKilobytes(2), 10);

  /** Never reached: there is no file. */
  private static final @Nullable ModelUploads NONE = null;

  private static void read(int cardBytes) throws Exception {
    var request = new MockHttpServletRequest();
    request.setContentType("multipart/form-data; boundary=between");
    request.setContent(
        ("--between\r\nContent-Disposition: form-data; name=\"card\"\r\n\r\n%s\r\n--between--\r\n")
            .formatted(" ".repeat(cardBytes))
            .getBytes(UTF_8));
    VersionUploadBody.read(request, NONE, SETTINGS, DataSize.ofKilobytes(8));
  }

  @Test
  void aCardMayBeAsLargeAsTheLimitAndNoLarger() {
    assertThatThrownBy(() -> read(2048))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.status()).isEqualTo(HttpStatus.BAD_REQUEST))
        .hasMessageContaining("model");
    assertThatThrownBy(() -> read(2049))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.status()).isEqualTo(HttpStatus.CONTENT_TOO_LARGE))
        .hasMessageContaining("2 kB, the limit set by resnet.models.upload.max-card-size");
  }

  @Test
  void aDescriptionMayBeAsLongAsTheLimitAndNoLonger() {
    assertThat(description(10)).isEqualTo("d".repeat(10));
    assertThatThrownBy(() -> description(11))
        .hasMessageContaining(
            "at most 10 characters (resnet.models.upload.max-description-length)");
  }

  private static String description(int length) {
    String card =
        """
        {"classes": ["a", "b"], "mean": [0.5, 0.5, 0.5], "standard_deviation": [1, 1, 1],
         "description": "%s"}"""
            .formatted("d".repeat(length));
    return JsonRequest.of(UploadCard.class)
        .read(
            card.getBytes(UTF_8),
            (sent, problems) -> sent.check(problems, SETTINGS.maxDescriptionLength()))
        .card()
        .description();
  }
}
