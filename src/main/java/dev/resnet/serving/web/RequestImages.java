package dev.resnet.serving.web;

import dev.resnet.api.FieldError;
import dev.resnet.api.ProblemException;
import dev.resnet.api.WholeBody;
import dev.resnet.memory.MemoryBudget;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Picture;
import dev.resnet.pictures.PictureFormat;
import dev.resnet.pictures.PictureReader;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.pictures.UnreadablePictureException;
import dev.resnet.serving.Images;
import dev.resnet.serving.PicturesMemory;
import dev.resnet.serving.ServingProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * Reads the images of a request, in any of the accepted forms.
 *
 * <p>A raw image is detected by its first bytes, not by its Content-Type: curl labels every body a
 * form, and many clients send no type. So nothing may ask the request for parameters before the
 * body has been read; the container would parse the image as a form.
 *
 * <p>{@link ClassifyBodies} limits the size of the body.
 */
@Component
class RequestImages {
  private static final String PART = MultipartImages.PART;
  private static final List<String> IMAGE_TYPES =
      List.of("image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp", "image/tiff");
  static final String ACCEPTED =
      "Send "
          + String.join(", ", IMAGE_TYPES)
          + ", multipart/form-data with parts named 'image', or"
          + " application/json {\"images\": [\"<base64>\"]}.";

  private final PictureReader pictures;
  private final ServingProperties limits;
  private final MemoryBudget memory;
  private final DataSize maxPartHeader;

  RequestImages(
      PictureReader pictures,
      ServingProperties limits,
      PicturesMemory memory,
      @Value("${server.tomcat.max-part-header-size:8KB}") DataSize maxPartHeader) {
    this.pictures = pictures;
    this.limits = limits;
    this.memory = memory.files();
    this.maxPartHeader = maxPartHeader;
  }

  /**
   * All images of the request, at least one. They are decoded later, so that is when it turns out
   * whether they can be.
   *
   * @param policy null if images of another size are refused
   */
  Images read(HttpServletRequest request, ImageShape shape, @Nullable ResizePolicy policy)
      throws IOException {
    String type = mediaType(request);
    List<Received> images =
        type.startsWith("multipart/")
            ? MultipartImages.read(request, limits, maxPartHeader)
            : images(WholeBody.of(request), type);
    long bytes = (long) images.size() * ServingProperties.pictureBytes(shape);
    if (!memory.holds(bytes)) {
      throw TooLarge.pictures(images.size(), memory);
    }
    return new Images.Files(images.size(), memory, bytes, () -> pictures(images, shape, policy));
  }

  private List<Received> images(byte[] body, String type) {
    if (body.length == 0) {
      throw new ProblemException(HttpStatus.BAD_REQUEST, "The body is empty. " + ACCEPTED);
    }
    if (PictureFormat.of(body).isPresent()) {
      return List.of(Received.of(PART, body));
    }
    if (isJson(type) || type.isEmpty() && startsObject(body)) {
      return JsonImages.read(body, limits);
    }
    if (IMAGE_TYPES.contains(type)) {
      // The reader reports what is wrong with it.
      return List.of(Received.of(PART, body));
    }
    throw new ProblemException(
        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body is not a %s file%s. "
                .formatted(PictureFormat.NAMES, type.isEmpty() ? "" : ", and its type is " + type)
            + ACCEPTED);
  }

  /** Reads every image, so that all errors are reported at once. */
  private List<Picture> pictures(
      List<Received> images, ImageShape shape, @Nullable ResizePolicy policy) {
    var read = new ArrayList<Picture>(images.size());
    var errors = new ArrayList<FieldError>();
    boolean allTooLarge = true;
    for (Received image : images) {
      try {
        byte[] file = image.file().bytes();
        if (file.length > limits.maxImageSize().toBytes()) {
          throw UnreadablePictureException.largerThan(limits.maxImageSize());
        }
        read.add(pictures.read(file, shape, policy));
      } catch (UnreadablePictureException e) {
        errors.add(new FieldError(image.field(), e.getMessage()));
        allTooLarge &= e.isTooLarge();
      }
    }
    if (errors.isEmpty()) {
      return read;
    }
    String first =
        "%s %s.%s"
            .formatted(
                errors.get(0).field(),
                errors.get(0).message(),
                allTooLarge ? " " + TooLarge.all(limits) : "");
    throw new ProblemException(
        allTooLarge ? HttpStatus.CONTENT_TOO_LARGE : HttpStatus.UNPROCESSABLE_CONTENT,
        errors.size() == 1
            ? first
            : "%d of %d images can't be classified. %s"
                .formatted(errors.size(), images.size(), first),
        errors);
  }

  /** Lower case, without parameters; empty if the client sent none. */
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
