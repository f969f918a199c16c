package dev.resnet.serving.web;

import dev.resnet.pictures.UnreadablePictureException;

/**
 * One image as it came.
 *
 * @param field as the client would name it: {@code images[3]}
 * @param file gives its bytes; where it is base64, decoded only when asked, one after the other
 */
record Received(String field, File file) {

  @FunctionalInterface
  interface File {
    byte[] bytes() throws UnreadablePictureException;
  }

  static Received of(String field, byte[] bytes) {
    return new Received(field, () -> bytes);
  }
}
