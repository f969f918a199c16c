package dev.resnet.serving.web;

import dev.resnet.api.ProblemException;
import dev.resnet.memory.ByteSize;
import dev.resnet.memory.MemoryBudget;
import dev.resnet.serving.ServingProperties;
import org.springframework.http.HttpStatus;

/** Errors for requests over a limit: 413 with the limit and its setting. */
final class TooLarge {
  private TooLarge() {}

  static ProblemException images(ServingProperties limits) {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "The request has more than %d images. Split it into several requests. %s"
            .formatted(limits.maxImages(), all(limits)));
  }

  /** All limits, so that a client that exceeds one learns of the others. */
  static String all(ServingProperties limits) {
    return "A body may have at most %s (resnet.serving.max-body-size). "
            .formatted(ByteSize.text(limits.maxBodySize()))
        + others(limits);
  }

  /** The limits other than that for the body. */
  static String others(ServingProperties limits) {
    return ("One image may have at most %s (resnet.serving.max-image-size), a request at"
            + " most %d images (resnet.serving.max-images).")
        .formatted(ByteSize.text(limits.maxImageSize()), limits.maxImages());
  }

  static ProblemException pictures(int images, MemoryBudget memory) {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        ("%d images take more than %s of memory, the limit set by %s. Split them into"
                + " several requests.")
            .formatted(images, memory.sizeText(), memory.property()));
  }
}
