package dev.resnet.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads bodies of which all bytes are needed at once. */
public final class WholeBody {
  private WholeBody() {}

  /** Reads into one array if the length is known; a growing array takes twice the memory. */
  public static byte[] of(HttpServletRequest request) throws IOException {
    InputStream in = request.getInputStream();
    long length = request.getContentLengthLong();
    if (length < 0 || length > Integer.MAX_VALUE - 8) {
      return in.readAllBytes();
    }
    byte[] body = new byte[(int) length];
    int read = in.readNBytes(body, 0, body.length);
    byte[] more = in.readAllBytes();
    if (read == body.length && more.length == 0) {
      return body;
    }
    byte[] all = Arrays.copyOf(body, read + more.length);
    System.arraycopy(more, 0, all, read, more.length);
    return all;
  }
}
