package dev.resnet.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.tomcat.util.http.fileupload.FileItemHeaders;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.FileUploadBase;
import org.apache.tomcat.util.http.fileupload.MultipartStream;
import org.apache.tomcat.util.http.fileupload.MultipartStream.MalformedStreamException;
import org.apache.tomcat.util.http.fileupload.impl.FileUploadIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/**
 * Reads the parts of a multipart body one after another with the container's parser. The
 * container's {@code getParts} is unsuitable: it drops parts without a name, reports all limits
 * alike, and bypasses the filter that counts and decompresses bodies.
 */
public final class MultipartBody {
  private static final int BUFFER = 64 * 1024;

  private final FileUpload parser = new FileUpload();
  private final DataSize maxHeader;
  private final String accepted;

  /**
   * The header of a part.
   *
   * @param index counted from 0
   * @param name null if the part has none
   * @param hasDisposition whether it has a Content-Disposition, which contains the name
   */
  public record Part(int index, @Nullable String name, boolean hasDisposition) {}

  /** Receives the parts. */
  @FunctionalInterface
  public interface Reader {

    /** Reads the content of a part to its end, with one of the methods for body data. */
    void read(Part part, MultipartStream content) throws IOException;
  }

  /**
   * @param maxHeader largest header of a part
   * @param accepted a sentence that says what to send
   */
  public MultipartBody(DataSize maxHeader, String accepted) {
    this.maxHeader = maxHeader;
    this.accepted = accepted;
  }

  /** Whether a Content-Type announces such a body. */
  public static boolean is(@Nullable String contentType) {
    return contentType != null
        && contentType.strip().toLowerCase(Locale.ROOT).startsWith("multipart/");
  }

  /**
   * Reads all parts.
   *
   * @throws ProblemException if the body can't be read
   */
  public void read(InputStream in, @Nullable String contentType, Reader reader) throws IOException {
    byte @Nullable [] boundary = parser.getBoundary(contentType);
    if (boundary == null || boundary.length == 0) {
      throw unreadable();
    }
    int index = 0;
    try {
      var body = new MultipartStream(in, boundary, BUFFER, null);
      body.setPartHeaderSizeMax((int) maxHeader.toBytes());
      body.setHeaderEncoding(StandardCharsets.UTF_8.name());
      for (boolean more = body.skipPreamble(); more; more = body.readBoundary()) {
        FileItemHeaders headers = parser.getParsedHeaders(body.readHeaders());
        boolean disposition = headers.getHeader(FileUploadBase.CONTENT_DISPOSITION) != null;
        reader.read(new Part(index, parser.getFieldName(headers), disposition), body);
        index++;
      }
    } catch (FileUploadIOException e) {
      throw tooLarge(index); // the only possible reason here
    } catch (MalformedStreamException | IllegalArgumentException e) {
      throw unreadable();
    }
  }

  private ProblemException tooLarge(int index) {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        ("The header of part %d of the multipart body, counted from 0, is larger than %d bytes"
                + " (server.tomcat.max-part-header-size). Shorten it; the file name is optional.")
            .formatted(index, maxHeader.toBytes()));
  }

  private ProblemException unreadable() {
    return new ProblemException(
        HttpStatus.BAD_REQUEST,
        "The multipart body can't be read: it is truncated or its boundary is wrong. " + accepted);
  }
}
