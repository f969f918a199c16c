package dev.resnet.serving.web;

import dev.resnet.pictures.UnreadablePictureException;

/**
 * One image as received.
 *
 * @param field the field's name in messages, such as {@code images[3]}
 * @param file provides its bytes; base64 is decoded on demand
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
