package dev.resnet.data.folder;

import dev.resnet.memory.BusyException;
import dev.resnet.pictures.Picture;
import dev.resnet.pictures.UnreadablePictureException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Decodes picture files of a data set. */
@FunctionalInterface
interface Decoder {

  /**
   * @throws UnreadablePictureException if the file is not a usable picture
   * @throws BusyException if there is no memory at present
   */
  Picture read(byte[] file) throws UnreadablePictureException;

  /**
   * Tries again while other pictures take the memory: a picture must not be missing from a data set
   * because the service was busy.
   *
   * @throws IOException if there is no memory after many tries
   * @throws InterruptedIOException if the thread is interrupted
   */
  default Picture readPatiently(byte[] file) throws UnreadablePictureException, IOException {
    for (int tries = 1; ; tries++) {
      try {
        return read(file);
      } catch (BusyException e) {
        if (Thread.interrupted()) {
          throw new InterruptedIOException("converting the pictures was interrupted");
        }
        if (tries == MOST_TRIES) {
          throw new IOException(e.getMessage(), e);
        }
        LockSupport.parkNanos(WAIT.toNanos());
      }
    }
  }

  /** Each try waits for memory itself (resnet.pictures.max-wait), 10 s by default. */
  int MOST_TRIES = 200;

  /** In case the try does not wait: the heap may be full. */
  Duration WAIT = Duration.ofMillis(250);
}
