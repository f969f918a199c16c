package dev.resnet.jobs;

import java.util.List;

/** There is no such data set. The message is for the client; it continues "dataset …". */
public final class UnknownDatasetException extends RuntimeException {
  UnknownDatasetException(List<String> known) {
    super("is not a known data set; there are " + String.join(", ", known));
  }
}
