package dev.resnet.oip;

import dev.resnet.memory.MemoryBudget;
import dev.resnet.pictures.ImageShape;
import dev.resnet.serving.ServingProperties;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

/** The input of a model of 32×32 pixels, with the default limits and a budget of its own. */
public final class TestInput implements AutoCloseable {
  private static final ServingProperties LIMITS =
      new Binder(new MapConfigurationPropertySource(Map.of()))
          .bindOrCreate("resnet.serving", ServingProperties.class);
  private static final MemoryBudget MEMORY =
      new MemoryBudget(
          DataSize.ofMegabytes(16), Duration.ZERO, "resnet.serving.max-pictures-memory", "images");

  private final MemoryBudget.Hold hold = MEMORY.hold(0);

  /** For one request. */
  public ImageInput input() {
    return new ImageInput(ImageShape.CIFAR, LIMITS, MEMORY, hold);
  }

  @Override
  public void close() {
    hold.close();
  }
}
