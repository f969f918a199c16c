package dev.resnet.api;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.core.util.JsonGeneratorDelegate;

/**
 * Writes null for NaN and infinite numbers. JSON has no such values, and Jackson's strings {@code
 * "NaN"} and {@code "Infinity"} break clients that expect a number.
 */
public final class FiniteNumbers extends JsonGeneratorDelegate {
  private FiniteNumbers(JsonGenerator generator) {
    super(generator, false);
  }

  /** A factory for mappers that write responses. */
  public static JsonFactory factory() {
    var builder = JsonFactory.builder();
    addTo(builder);
    return builder.build();
  }

  static void addTo(JsonFactoryBuilder builder) {
    builder.addDecorator((factory, generator) -> new FiniteNumbers(generator));
  }

  @Override
  public JsonGenerator writeNumber(double value) {
    if (Double.isFinite(value)) {
      delegate.writeNumber(value);
    } else {
      delegate.writeNull();
    }
    return this;
  }

  @Override
  public JsonGenerator writeNumber(float value) {
    if (Float.isFinite(value)) {
      delegate.writeNumber(value);
    } else {
      delegate.writeNull();
    }
    return this;
  }

  @Override
  public JsonGenerator writeArray(double[] values, int offset, int length) {
    delegate.writeStartArray(values, length);
    for (int i = offset; i < offset + length; i++) {
      writeNumber(values[i]);
    }
    delegate.writeEndArray();
    return this;
  }
}
