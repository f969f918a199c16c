package dev.resnet.serving.web;

import dev.resnet.api.MemoryBudget;
import dev.resnet.api.ProblemException;
import org.springframework.http.HttpStatus;

/** Answers to requests over a limit: 413 that names the limit and its setting. */
final class TooLarge {
  private TooLarge() {}

  static ProblemException images(int limit) {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "The request has more than %d images. Send them in several requests".formatted(limit)
            + " (resnet.serving.max-images).");
  }

  static ProblemException parts(long bytes, int images) {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "The multipart body has more than %d bytes or more than %d images. Send several requests"
                .formatted(bytes, images)
            + " (resnet.serving.max-body-size, resnet.serving.max-images).");
  }

  static ProblemException pictures(int images, MemoryBudget memory) {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "%d images take more than %s of memory, the limit set by %s. Send them in several requests."
            .formatted(images, memory.sizeText(), memory.property()));
  }
}
