package dev.resnet.jobs;

import com.sun.management.OperatingSystemMXBean;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ImageMemory;
import dev.resnet.engine.Engines;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.TrainingConfig;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.springframework.util.unit.DataSize;

/**
 * Compares the memory for activations, by far the largest part, with the memory of the machine or
 * container, and the images of the data set with the Java heap.
 */
final class PhysicalMemoryCheck implements MemoryCheck {
  private static final double MEGABYTE = 1 << 20;

  private final long limit;
  private final ImageMemory images;

  /**
   * Creates a check against a limit.
   *
   * @param limit zero for the machine's (or container's) memory minus the maximum Java heap
   */
  PhysicalMemoryCheck(DataSize limit) {
    this(limit, Runtime.getRuntime().maxMemory());
  }

  PhysicalMemoryCheck(DataSize limit, long heap) {
    this.limit = limit.toBytes() > 0 ? limit.toBytes() : beside(heap);
    this.images = new ImageMemory(heap);
  }

  private static long beside(long heap) {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getTotalMemorySize() - heap;
  }

  @Override
  public Optional<String> refusal(TrainingConfig config, DatasetInfo dataset) {
    // A training keeps all images in memory, even if it uses only some.
    return images.refusal(dataset).or(() -> activationsRefusal(config, dataset));
  }

  private Optional<String> activationsRefusal(TrainingConfig config, DatasetInfo dataset) {
    long needed = needed(config, dataset);
    if (needed <= limit) {
      return Optional.empty();
    }
    return Optional.of(
        ("This job would take about %,.0f MB of memory, but only %,.0f MB are available:"
                + " use a smaller batch_size (about %d would fit) or stack_n, or raise"
                + " resnet.jobs.memory-limit")
            .formatted(
                needed / MEGABYTE,
                limit / MEGABYTE,
                Math.max(1, (long) ((double) limit / needed * config.batchSize()))));
  }

  @Override
  public long needed(TrainingConfig config, DatasetInfo dataset) {
    var spec = new ResNetSpec(config.stackN(), dataset.classes().size(), dataset.shape());
    long activations = spec.activationsPerImage() * config.batchSize();
    return Engines.memory(config.engine(), config.precision(), activations);
  }

  @Override
  public long limit() {
    return limit;
  }
}
