package dev.resnet.serving.web;

import dev.resnet.api.ProblemException;
import dev.resnet.memory.ByteSize;
import dev.resnet.memory.MemoryBudget;
import dev.resnet.serving.ServingProperties;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/** Answers to requests over a limit: 413 that names the limit and its setting. */
final class TooLarge {
  private TooLarge() {}

  static ProblemException images(ServingProperties limits) {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "The request has more than %d images. Send them in several requests. %s"
            .formatted(limits.maxImages(), all(limits)));
  }

  /** Every limit: who is told of one should not run into the next. */
  static String all(ServingProperties limits) {
    return "A body may have %s (resnet.serving.max-body-size). "
            .formatted(ByteSize.text(limits.maxBodySize()))
        + beside(limits);
  }

  /** Those that hold beside the body's. */
  static String beside(ServingProperties limits) {
    return "One image may have %s (resnet.serving.max-image-size), a request %d images (resnet.serving.max-images)."
        .formatted(ByteSize.text(limits.maxImageSize()), limits.maxImages());
  }

  static ProblemException partHeader(int part, DataSize limit) {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "The header of part %d of the multipart body, counted from 0, is larger than %d bytes. Shorten"
                .formatted(part, limit.toBytes())
            + " it: a file name may be left out (server.tomcat.max-part-header-size).");
  }

  static ProblemException pictures(int images, MemoryBudget memory) {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "%d images take more than %s of memory, the limit set by %s. Send them in several requests."
            .formatted(images, memory.sizeText(), memory.property()));
  }
}
