package dev.resnet.oip;

/** Text of a client in messages. */
final class Quoted {
  private static final int MOST = 80;

  private Quoted() {}

  static String shortened(String text) {
    return text.codePointCount(0, text.length()) <= MOST
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MOST - 1)) + "…";
  }
}
