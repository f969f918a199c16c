package dev.resnet.engine.cuda;

import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Tensor;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Brings batches into a program's input: from the host, or from images on the device. */
final class BatchIntake implements AutoCloseable {
  /** Plans are small, so the host may be that many steps ahead of the GPU. */
  private static final int PLANS = 32;

  /** Batches of the host: one is copied while the next one is written. */
  private static final int BATCHES = 2;

  /** Bytes of one image in a plan: four int32. */
  private static final int PLAN_ENTRY = 4 * Integer.BYTES;

  private final CudaStream stream;
  private final Kernels kernels;
  private final int classes;

  private final int largest;
  private final int image;
  private final Owned owned = new Owned();
  private final PinnedRing plans;

  /** Null until a batch comes from the host. */
  private @Nullable Host host;

  /**
   * Batches of the host on their way.
   *
   * @param staged where they lie as float32 on the device
   */
  private record Host(PinnedRing batches, DeviceMemory staged) {}

  /**
   * Queues everything on one stream.
   *
   * @param image shape of an image of the host
   * @param largest images of the largest batch
   * @param classes labels are smaller
   */
  BatchIntake(CudaStream stream, Kernels kernels, Tensor image, int largest, int classes) {
    this.stream = stream;
    this.kernels = kernels;
    this.image = Math.toIntExact(image.elements());
    this.largest = largest;
    this.classes = classes;
    this.plans = owned.add(new PinnedRing(PLANS, largest * PLAN_ENTRY));
  }

  /**
   * Queues a batch of the host; it has been read when this returns.
   *
   * @param rate learning rate of the step
   */
  void bring(Minibatch batch, float rate, DeviceProgram program) {
    int size = batch.size();
    int values = size * image;
    Host present = host();
    ByteBuffer slot = present.batches.next();
    slot.asFloatBuffer().put(0, batch.images().data().asNioFloat(), 0, values);
    int labels = values * Float.BYTES;
    for (int i = 0; i < size; i++) {
      slot.putInt(labels + i * Integer.BYTES, checked(batch.labels()[i]));
    }
    slot.putFloat(labels + size * Integer.BYTES, rate);
    long from = present.batches.address();
    long staged = present.staged.at(0);
    stream.upload(staged, from, labels);
    stream.upload(program.places().labels(), from + labels, (size + 1L) * Integer.BYTES);
    present.batches.queued(stream);
    stream.launch(convert(kernels, staged, program));
  }

  private Host host() {
    if (host == null) {
      int bytes = Math.toIntExact((long) largest * image * Float.BYTES);
      host =
          new Host(
              owned.add(new PinnedRing(BATCHES, bytes + (largest + 1) * Integer.BYTES)),
              owned.add(new DeviceMemory(bytes)));
    }
    return host;
  }

  /** Brings float32 images on the device, [batch, height, width, channels], into the input. */
  static Launch convert(Kernels kernels, long images, DeviceProgram program) {
    Binding binding = program.binding();
    var input = binding.program().input();
    int pixels = input.height() * input.width();
    return kernels.threads(
        "convert",
        (long) binding.batch() * pixels,
        new Arguments()
            .addresses(images, program.images())
            .integers(binding.batch(), pixels, input.channels(), program.inputChannels()));
  }

  private int checked(int label) {
    if (label < 0 || label >= classes) {
      throw new IndexOutOfBoundsException("class %d of %d".formatted(label, classes));
    }
    return label;
  }

  /** Queues a batch of images on the device; the plan has been read when this returns. */
  void bring(KeptImages images, BatchPlan plan, float rate, DeviceProgram program) {
    ByteBuffer slot = plans.next();
    for (int i = 0; i < plan.size(); i++) {
      int index = plan.images()[i];
      if (index < 0 || index >= images.count()) {
        throw new IndexOutOfBoundsException("image %d of %d".formatted(index, images.count()));
      }
      int at = i * PLAN_ENTRY;
      slot.putInt(at, index);
      slot.putInt(at + 4, pair(plan.rows()[i], plan.columns()[i]));
      slot.putInt(at + 8, pair(plan.cutRows()[i], plan.cutColumns()[i]));
      slot.putInt(at + 12, plan.flips()[i] ? 1 : 0);
    }
    stream.launch(assemble(images, plans.address(), plan.cutout(), rate, program));
    plans.queued(stream);
  }

  /** Two signed 16-bit numbers, the first one in the lower half. */
  private static int pair(int low, int high) {
    return low & 0xffff | high << 16;
  }

  private Launch assemble(
      KeptImages images, long plan, int cutout, float rate, DeviceProgram program) {
    Binding binding = program.binding();
    int size = images.shape().size();
    return kernels.launch(
        "assemble",
        Kernels.blocks((long) size * size, Kernels.BLOCK),
        binding.batch(),
        Kernels.BLOCK,
        new Arguments()
            .addresses(
                images.pixels(),
                images.labels(),
                images.table(),
                plan,
                program.images(),
                program.places().labels(),
                program.places().rate())
            .reals(rate)
            .integers(binding.batch(), size, program.inputChannels(), cutout));
  }

  /** The stream has nothing left to do. */
  @Override
  public void close() {
    owned.close();
  }
}
