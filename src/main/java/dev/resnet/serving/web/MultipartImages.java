package dev.resnet.serving.web;

import dev.resnet.api.ProblemException;
import dev.resnet.api.Problems;
import dev.resnet.serving.ServingProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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
 * Reads the parts named {@code image} of a multipart body with the container's parser. The
 * container's {@code getParts} is unsuitable: it drops parts without a name, reports all limits
 * alike, and bypasses the filter that counts and decompresses bodies.
 */
final class MultipartImages {
  static final String PART = "image";

  private static final int BUFFER = 16 * 1024;

  private final FileUpload parser = new FileUpload();
  private final ServingProperties limits;
  private final DataSize maxHeader;
  private final List<Received> images = new ArrayList<>();
  private final Problems problems = new Problems();
  private int count;

  private MultipartImages(ServingProperties limits, DataSize maxHeader) {
    this.limits = limits;
    this.maxHeader = maxHeader;
  }

  /**
   * All images, at least one.
   *
   * @param maxHeader largest header of a part
   * @throws ProblemException if a part has another name or none, or the body can't be read
   */
  static List<Received> read(
      HttpServletRequest request, ServingProperties limits, DataSize maxHeader) throws IOException {
    var reading = new MultipartImages(limits, maxHeader);
    byte @Nullable [] boundary = reading.parser.getBoundary(request.getContentType());
    if (boundary == null || boundary.length == 0) {
      throw unreadable();
    }
    try {
      reading.parts(new MultipartStream(request.getInputStream(), boundary, BUFFER, null));
    } catch (MalformedStreamException | IllegalArgumentException e) {
      throw unreadable();
    }
    reading.problems.throwIfAny();
    return reading.images;
  }

  private void parts(MultipartStream body) throws IOException {
    body.setPartHeaderSizeMax((int) maxHeader.toBytes());
    body.setHeaderEncoding(StandardCharsets.UTF_8.name());
    for (boolean more = body.skipPreamble(); more; more = body.readBoundary()) {
      FileItemHeaders headers = parser.getParsedHeaders(header(body));
      String name = parser.getFieldName(headers);
      if (PART.equals(name)) {
        if (images.size() == limits.maxImages()) {
          throw TooLarge.images(limits);
        }
        var file = new ByteArrayOutputStream();
        body.readBodyData(file);
        images.add(Received.of("%s[%d]".formatted(PART, images.size()), file.toByteArray()));
      } else {
        wrong(name, headers.getHeader(FileUploadBase.CONTENT_DISPOSITION));
        body.discardBodyData();
      }
      count++;
    }
    if (count == 0) {
      problems.add(PART, "is required: at least one part named image");
    }
  }

  private String header(MultipartStream body) throws IOException {
    try {
      return body.readHeaders();
    } catch (FileUploadIOException e) {
      throw TooLarge.partHeader(count, maxHeader); // the only possible reason here
    }
  }

  private void wrong(@Nullable String name, @Nullable String disposition) {
    if (name == null) {
      problems.add(
          "parts[%d]".formatted(count),
          disposition == null
              ? "has no Content-Disposition; write Content-Disposition: form-data; name=\"image\""
              : "has no name; write Content-Disposition: form-data; name=\"image\"");
    } else {
      problems.add(name, "is an unknown part; send images in parts named image");
    }
  }

  private static ProblemException unreadable() {
    return new ProblemException(
        HttpStatus.BAD_REQUEST,
        "The multipart body can't be read: it is truncated or its boundary is wrong. "
            + RequestImages.ACCEPTED);
  }
}
