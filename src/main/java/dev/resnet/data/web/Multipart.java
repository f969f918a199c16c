package dev.resnet.data.web;

import dev.resnet.api.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.MultipartStream;
import org.apache.tomcat.util.http.fileupload.MultipartStream.MalformedStreamException;
import org.apache.tomcat.util.http.fileupload.impl.FileUploadIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/** Reads the parts of a multipart body one after another with the container's parser. */
final class Multipart {
  private static final int BUFFER = 64 * 1024;

  private final FileUpload parser = new FileUpload();
  private final DataSize maxHeader;
  private final String accepted;

  /** Reads the content of a part, to its end. */
  @FunctionalInterface
  interface Reader {

    /**
     * @param name null if the part has none
     */
    void read(@Nullable String name, MultipartStream content) throws IOException;
  }

  /**
   * @param maxHeader largest header of a part
   * @param accepted a sentence that says what to send
   */
  Multipart(DataSize maxHeader, String accepted) {
    this.maxHeader = maxHeader;
    this.accepted = accepted;
  }

  static boolean is(@Nullable String contentType) {
    return contentType != null
        && contentType.strip().toLowerCase(Locale.ROOT).startsWith("multipart/");
  }

  /**
   * @throws ProblemException if the body can't be read
   */
  void read(InputStream in, String contentType, Reader reader) throws IOException {
    byte @Nullable [] boundary = parser.getBoundary(contentType);
    if (boundary == null || boundary.length == 0) {
      throw unreadable();
    }
    try {
      var body = new MultipartStream(in, boundary, BUFFER, null);
      body.setPartHeaderSizeMax((int) maxHeader.toBytes());
      body.setHeaderEncoding(StandardCharsets.UTF_8.name());
      for (boolean more = body.skipPreamble(); more; more = body.readBoundary()) {
        String name = parser.getFieldName(parser.getParsedHeaders(body.readHeaders()));
        reader.read(name, body);
      }
    } catch (FileUploadIOException e) {
      throw new ProblemException(
          HttpStatus.CONTENT_TOO_LARGE,
          ("The header of a part of the multipart body is larger than %d bytes"
                  + " (server.tomcat.max-part-header-size). Shorten the file name.")
              .formatted(maxHeader.toBytes()));
    } catch (MalformedStreamException | IllegalArgumentException e) {
      throw unreadable();
    }
  }

  private ProblemException unreadable() {
    return new ProblemException(
        HttpStatus.BAD_REQUEST,
        "The multipart body can't be read: it is cut off or its boundary is wrong. " + accepted);
  }
}
