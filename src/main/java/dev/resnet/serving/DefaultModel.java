package dev.resnet.serving;

import dev.resnet.models.AliasName;
import dev.resnet.models.AliasRows;
import dev.resnet.models.ModelRegistry;

/** The alias of a model that answers requests without a model's name. */
public record DefaultModel(String name, String alias) {
  /** The name of the setting. */
  public static final String SETTING = "resnet.serving.default-model";

  /**
   * Reads {@code name} or {@code name@alias}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static DefaultModel of(String text) {
    int at = text.indexOf('@');
    String name = at < 0 ? text : text.substring(0, at);
    String alias = at < 0 ? AliasRows.PRODUCTION : text.substring(at + 1);
    if (!ModelRegistry.isName(name) || !AliasName.isValid(alias)) {
      throw new IllegalArgumentException(
          "'%s' is neither a model's name nor name@alias".formatted(text));
    }
    return new DefaultModel(name, alias);
  }
}
