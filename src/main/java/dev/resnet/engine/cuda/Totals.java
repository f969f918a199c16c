package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.Tally;
import java.nio.ByteBuffer;

/** The cross entropy and the right answers of many batches, added up on the device. */
final class Totals implements AutoCloseable {
  private static final int BYTES = Double.BYTES + Long.BYTES;

  private final Owned owned = new Owned();
  private final DeviceMemory sums;
  private final PinnedMemory copy;

  /** How many images went into the sums: known on the host. */
  private long images;

  Totals() {
    try {
      sums = owned.add(new DeviceMemory(BYTES));
      copy = owned.add(new PinnedMemory(BYTES));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /** The address of the sum, a float64. */
  long crossEntropy() {
    return sums.at(0);
  }

  /** The address of the count, a uint64. */
  long correct() {
    return sums.at(Double.BYTES);
  }

  /** Notes that a batch has been queued. */
  void count(int batch) {
    images += batch;
  }

  /** Waits for all that was queued. */
  Tally read(CudaStream stream) {
    stream.download(copy.at(0), sums.at(0), BYTES);
    stream.synchronize();
    ByteBuffer values = copy.buffer(0, BYTES);
    return new Tally(images, values.getDouble(0), values.getLong(Double.BYTES));
  }

  /** Starts at zero, after all that was queued. */
  void clear(CudaStream stream) {
    stream.zero(sums.at(0), BYTES);
    images = 0;
  }

  /** Starts at these sums, after all that was queued. */
  void set(CudaStream stream, Tally tally) {
    ByteBuffer values = copy.buffer(0, BYTES);
    values.putDouble(0, tally.crossEntropy());
    values.putLong(Double.BYTES, tally.correct());
    stream.upload(sums.at(0), copy.at(0), BYTES);
    stream.synchronize(); // until then the copy must not change
    images = tally.images();
  }

  @Override
  public void close() {
    owned.close();
  }
}
