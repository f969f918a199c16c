package dev.resnet.oip.web;

import dev.resnet.api.BodyLimit;
import dev.resnet.api.ConditionalGet;
import dev.resnet.api.ErrorFormat;
import dev.resnet.api.ProblemMapping;
import dev.resnet.memory.ByteSize;
import dev.resnet.oip.InferenceTooLargeException;
import dev.resnet.oip.InvalidInferenceException;
import dev.resnet.serving.ServingProperties;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
class OipWebConfiguration {

  /** The protocol's errors: an object with one text. */
  @Bean
  ErrorFormat inferenceErrors() {
    return new ErrorFormat(
        "/v2",
        MediaType.APPLICATION_JSON,
        message -> JsonMapper.shared().writeValueAsBytes(Map.of("error", message)));
  }

  @Bean
  ProblemMapping<InvalidInferenceException> invalidInference() {
    return ProblemMapping.of(InvalidInferenceException.class, HttpStatus.BAD_REQUEST);
  }

  @Bean
  ProblemMapping<InferenceTooLargeException> inferenceTooLarge() {
    return ProblemMapping.of(InferenceTooLargeException.class, HttpStatus.CONTENT_TOO_LARGE);
  }

  @Bean
  ConditionalGet metadataETags() {
    return ConditionalGet.of("/v2", "/v2/models/*", "/v2/models/*/versions/*");
  }

  @Bean
  BodyLimit inferLimit(ServingProperties limits) {
    return limit("/v2/models/*/infer", limits);
  }

  @Bean
  BodyLimit inferWithVersionLimit(ServingProperties limits) {
    return limit("/v2/models/*/versions/*/infer", limits);
  }

  private static BodyLimit limit(String path, ServingProperties limits) {
    return new BodyLimit(
        path,
        limits.maxBodySize(),
        "resnet.serving.max-body-size",
        "A request may have at most %d images (resnet.serving.max-images); as UINT8 in binary form, one of 32×32 pixels takes %s."
            .formatted(limits.maxImages(), ByteSize.text(DataSize.ofKilobytes(3))));
  }
}
