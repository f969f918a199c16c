package dev.resnet.models;

import java.util.regex.Pattern;

/** What an alias may be called. A digit can't come first, so none looks like a version's number. */
public final class AliasName {
  /** For messages. */
  public static final String RULE =
      "must be 1 to 63 lower-case letters, digits, '.', '_' and '-', a letter first";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{0,62}");

  private AliasName() {}

  public static boolean isValid(String alias) {
    return NAME.matcher(alias).matches();
  }
}
