package dev.resnet.serving.web;

import dev.resnet.api.FieldError;
import dev.resnet.api.ProblemException;
import dev.resnet.serving.Picture;
import dev.resnet.serving.PictureFormat;
import dev.resnet.serving.PictureReader;
import dev.resnet.serving.ServingProperties;
import dev.resnet.serving.UnreadablePictureException;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Takes the pictures out of a request, whichever way they were sent.
 *
 * <p>A raw body is told by its first bytes, not by its Content-Type: curl calls every body a form,
 * and many clients send none. Hence nothing may ask the request for parameters before the body has
 * been read, or the container would parse the picture as a form.
 *
 * <p>How large a body may be is {@link ClassifyBodies}' affair.
 */
@Component
class RequestImages {
  private static final String PART = "image";
  private static final String ACCEPTED =
      "Send image/png, image/jpeg, multipart/form-data with parts named 'image', or"
          + " application/json {\"images\": [\"<base64>\"]}.";

  private final PictureReader pictures;
  private final ServingProperties limits;

  RequestImages(PictureReader pictures, ServingProperties limits) {
    this.pictures = pictures;
    this.limits = limits;
  }

  /** All pictures of the request, at least one. */
  List<Picture> read(HttpServletRequest request, boolean resize) throws IOException {
    String type = mediaType(request);
    List<Received> images =
        type.startsWith("multipart/")
            ? parts(request)
            : images(request.getInputStream().readAllBytes(), type);
    return pictures(images, resize);
  }

  private List<Received> images(byte[] body, String type) {
    if (body.length == 0) {
      throw new ProblemException(HttpStatus.BAD_REQUEST, "The body is empty. " + ACCEPTED);
    }
    if (PictureFormat.of(body).isPresent()) {
      return List.of(Received.of(PART, body));
    }
    if (isJson(type) || type.isEmpty() && startsObject(body)) {
      return JsonImages.read(body, limits.maxImages());
    }
    if (type.equals("image/png") || type.equals("image/jpeg")) {
      // Let the reader say what is wrong with it.
      return List.of(Received.of(PART, body));
    }
    throw new ProblemException(
        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body is neither PNG nor JPEG%s. "
                .formatted(type.isEmpty() ? "" : ", and its type is " + type)
            + ACCEPTED);
  }

  private List<Received> parts(HttpServletRequest request) throws IOException {
    var images = new ArrayList<Received>();
    var errors = new ArrayList<FieldError>();
    for (Part part : parsed(request)) {
      if (!PART.equals(part.getName())) {
        errors.add(
            new FieldError(part.getName(), "is not a known part; images are in parts named image"));
        continue;
      }
      // Parts are kept in memory, see ClassifyBodies: their bytes are there already.
      byte[] bytes = part.getInputStream().readAllBytes();
      images.add(Received.of("image[%d]".formatted(images.size()), bytes));
    }
    if (images.size() > limits.maxImages()) {
      throw TooLarge.images(limits.maxImages());
    }
    if (images.isEmpty() && errors.isEmpty()) {
      errors.add(new FieldError(PART, "is missing; give at least one part named image"));
    }
    if (!errors.isEmpty()) {
      throw new ProblemException(
          HttpStatus.BAD_REQUEST, "The multipart body has parts that are not right.", errors);
    }
    return images;
  }

  private Iterable<Part> parsed(HttpServletRequest request) throws IOException {
    try {
      return request.getParts();
    } catch (IllegalStateException e) {
      // The servlet specification's way to say that a configured limit was passed.
      throw TooLarge.parts(limits.maxBodySize().toBytes(), limits.maxImages());
    } catch (ServletException | IOException e) {
      throw new ProblemException(
          HttpStatus.BAD_REQUEST,
          "The multipart body cannot be read: it is cut off or its boundary is wrong. " + ACCEPTED);
    }
  }

  /** Reads every picture, so that all that is wrong is told at once. */
  private List<Picture> pictures(List<Received> images, boolean resize) {
    var read = new ArrayList<Picture>(images.size());
    var errors = new ArrayList<FieldError>();
    boolean allTooLarge = true;
    for (Received image : images) {
      try {
        read.add(pictures.read(image.file().bytes(), resize));
      } catch (UnreadablePictureException e) {
        errors.add(new FieldError(image.field(), e.getMessage()));
        allTooLarge &= e.isTooLarge();
      }
    }
    if (errors.isEmpty()) {
      return read;
    }
    String first = "%s %s.".formatted(errors.get(0).field(), errors.get(0).message());
    throw new ProblemException(
        allTooLarge ? HttpStatus.CONTENT_TOO_LARGE : HttpStatus.UNPROCESSABLE_CONTENT,
        errors.size() == 1
            ? first
            : "%d of %d images cannot be classified. %s"
                .formatted(errors.size(), images.size(), first),
        errors);
  }

  /** Lower case, without parameters; empty where the client sent none. */
  private static String mediaType(HttpServletRequest request) {
    @Nullable String type = request.getContentType();
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  private static boolean isJson(String type) {
    return type.equals("application/json") || type.endsWith("+json");
  }

  private static boolean startsObject(byte[] body) {
    for (byte b : body) {
      if (b > ' ') {
        return b == '{';
      }
    }
    return false;
  }
}
