package dev.resnet.api;

import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Limits for every request.
 *
 * @param maxBodySize the maximum size of a request body, multipart or not, unless a feature sets
 *     its own limit; a larger body gets 413
 */
@Validated
@ConfigurationProperties("resnet.http")
record HttpProperties(@NotNull @DefaultValue("32MB") DataSize maxBodySize) {
  static final String MAX_BODY_SIZE = "resnet.http.max-body-size";

  HttpProperties {
    if (maxBodySize.toBytes() < 1) {
      throw new IllegalArgumentException(MAX_BODY_SIZE + " must be at least 1B");
    }
  }
}
