package dev.resnet.serving;

import dev.resnet.engine.Engines;
import dev.resnet.engine.Precision;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** The precision of classification that an operator asks for. */
final class ServingPrecision {
  static final String PROPERTY = "resnet.serving.precision";

  private ServingPrecision() {}

  /**
   * Ends the start with a precision that this machine can't compute in; otherwise each
   * classification would fail. Float32 works everywhere, so it asks for nothing.
   *
   * @param refusal why the machine can't, as {@link Engines#refusal} says
   */
  static void require(Precision precision, Function<Precision, Optional<String>> refusal) {
    if (precision != Precision.BFLOAT16 || refusal.apply(Precision.FLOAT32).isPresent()) {
      return; // if even float32 can't be computed, readiness says why
    }
    refusal
        .apply(precision)
        .ifPresent(
            reason -> {
              throw new InvalidConfigurationPropertyValueException(
                  PROPERTY,
                  precision.wireName(),
                  "This machine can't classify in bfloat16: %s. Use auto or float32."
                      .formatted(reason));
            });
  }
}
