package dev.resnet.data;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the images of data sets take of the Java heap. A training keeps all images of its data set
 * in memory; all other uses give way when the heap is short.
 */
public final class ImageMemory {
  /** Of this process, which has one heap. */
  public static final ImageMemory SHARED = new ImageMemory(Runtime.getRuntime().maxMemory());

  private static final double MEGABYTE = 1 << 20;

  /** Part of the heap that images may take: the rest is for everything else. */
  private static final double PART = 0.75;

  private final long heap;

  /** Guarded by this; one entry for each version of a data set. */
  private final Map<Key, Kept> kept = new HashMap<>();

  private record Key(String name, @Nullable String version) {
    static Key of(DatasetInfo dataset) {
      return new Key(dataset.name(), dataset.version());
    }
  }

  private record Kept(long bytes, int users) {}

  /**
   * @param heap bytes of the largest heap
   */
  public ImageMemory(long heap) {
    this.heap = heap;
  }

  /** Says that a training keeps these images in memory until the hold is closed. */
  public Hold hold(DatasetInfo dataset) {
    var key = Key.of(dataset);
    add(key, bytes(dataset), 1);
    return new Hold(key);
  }

  /** A training's images, until it is closed. */
  public final class Hold implements AutoCloseable {
    private final Key key;
    private boolean closed;

    private Hold(Key key) {
      this.key = key;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        add(key, 0, -1);
      }
    }
  }

  private synchronized void add(Key key, long bytes, int users) {
    kept.compute(
        key,
        (same, before) -> {
          if (before == null) {
            return new Kept(bytes, users);
          }
          int now = before.users() + users;
          return now == 0 ? null : new Kept(before.bytes(), now);
        });
  }

  /** Why the images don't fit into the heap, as a sentence for the user; empty if they do. */
  public Optional<String> refusal(DatasetInfo dataset) {
    long images = bytes(dataset);
    if (images <= PART * heap) {
      return Optional.empty();
    }
    return Optional.of(
        ("The images of data set %s take about %,.0f MB of the Java heap, but it has only %,.0f MB:"
                + " start the service with more (java -Xmx%.0fm), or upload the data set with a"
                + " smaller size")
            .formatted(
                dataset.name(),
                images / MEGABYTE,
                heap / MEGABYTE,
                Math.ceil(images / PART / MEGABYTE)));
  }

  /** Why the images don't fit beside those of the trainings that run; empty if they do. */
  public synchronized Optional<String> refusalBeside(DatasetInfo dataset) {
    long others =
        kept.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(Key.of(dataset)))
            .mapToLong(entry -> entry.getValue().bytes())
            .sum();
    long together = bytes(dataset) + others;
    if (together <= PART * heap || kept.containsKey(Key.of(dataset))) {
      return Optional.empty();
    }
    return Optional.of(
        ("The images of data set %s take about %,.0f MB of the Java heap, and the jobs that run in"
                + " this process keep %,.0f MB of it, which is too much for %,.0f MB: try again"
                + " when these jobs have ended, or start the service with more (java -Xmx%.0fm)")
            .formatted(
                dataset.name(),
                bytes(dataset) / MEGABYTE,
                others / MEGABYTE,
                heap / MEGABYTE,
                Math.ceil(together / PART / MEGABYTE)));
  }

  private static long bytes(DatasetInfo dataset) {
    return ((long) dataset.train() + dataset.test()) * dataset.shape().values();
  }
}
