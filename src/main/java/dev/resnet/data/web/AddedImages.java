package dev.resnet.data.web;

import dev.resnet.api.MultipartBody;
import dev.resnet.api.ProblemException;
import dev.resnet.api.Problems;
import dev.resnet.data.upload.Additions.Sent;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/** The pictures in the body of a request that adds them. */
final class AddedImages {
  private static final String PART = "image";
  private static final String ACCEPTED =
      "Send multipart/form-data with one part named image for each picture.";

  private AddedImages() {}

  /**
   * @throws ProblemException if there is none, or another part
   */
  static List<Sent> of(HttpServletRequest request, DataSize maxPartHeader) throws IOException {
    if (!MultipartBody.is(request.getContentType())) {
      throw new ProblemException(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body is not multipart. " + ACCEPTED);
    }
    List<Sent> pictures = new ArrayList<>();
    var problems = new Problems();
    int[] others = {0};
    new MultipartBody(maxPartHeader, ACCEPTED)
        .read(
            request.getInputStream(),
            request.getContentType(),
            (part, content) -> {
              var file = new ByteArrayOutputStream();
              content.readBodyData(file);
              if (PART.equals(part.name())) {
                String field = "%s[%d]".formatted(PART, pictures.size());
                pictures.add(new Sent(field, file.toByteArray()));
              } else {
                others[0]++;
                problems.add(
                    part.name() == null ? "parts" : part.name(),
                    "is an unknown part; send one part named image for each picture");
                if (problems.isFull()) {
                  problems.throwIfAny();
                }
              }
            });
    if (pictures.isEmpty() && others[0] == 0) {
      problems.add(PART, "is required: at least one part named image");
    }
    problems.throwIfAny();
    return pictures;
  }
}
