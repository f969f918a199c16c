package dev.resnet.serving.web;

import dev.resnet.api.MultipartBody;
import dev.resnet.api.ProblemException;
import dev.resnet.api.Problems;
import dev.resnet.serving.ServingProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.tomcat.util.http.fileupload.MultipartStream;
import org.springframework.util.unit.DataSize;

/** Reads the parts named {@code image} of a multipart body. */
final class MultipartImages {
  static final String PART = "image";

  private final ServingProperties limits;
  private final List<Received> images = new ArrayList<>();
  private final Problems problems = new Problems();
  private boolean empty = true;

  private MultipartImages(ServingProperties limits) {
    this.limits = limits;
  }

  /**
   * All images, at least one.
   *
   * @param maxHeader largest header of a part
   * @throws ProblemException if a part has another name or none, or the body can't be read
   */
  static List<Received> read(
      HttpServletRequest request, ServingProperties limits, DataSize maxHeader) throws IOException {
    var reading = new MultipartImages(limits);
    new MultipartBody(maxHeader, RequestImages.ACCEPTED)
        .read(request.getInputStream(), request.getContentType(), reading::part);
    if (reading.empty) {
      reading.problems.add(PART, "is required: at least one part named image");
    }
    reading.problems.throwIfAny();
    return reading.images;
  }

  private void part(MultipartBody.Part part, MultipartStream content) throws IOException {
    empty = false;
    if (!PART.equals(part.name())) {
      wrong(part);
      content.discardBodyData();
      return;
    }
    if (images.size() == limits.maxImages()) {
      throw TooLarge.images(limits);
    }
    var file = new ByteArrayOutputStream();
    content.readBodyData(file);
    images.add(Received.of("%s[%d]".formatted(PART, images.size()), file.toByteArray()));
  }

  private void wrong(MultipartBody.Part part) {
    if (part.name() != null) {
      problems.add(part.name(), "is an unknown part; send images in parts named image");
    } else {
      problems.add(
          "parts[%d]".formatted(part.index()),
          part.hasDisposition()
              ? "has no name; write Content-Disposition: form-data; name=\"image\""
              : "has no Content-Disposition; write Content-Disposition: form-data; name=\"image\"");
    }
    if (problems.isFull()) {
      problems.throwIfAny(); // A body may have 300,000 parts, and reading them takes seconds.
    }
  }
}
