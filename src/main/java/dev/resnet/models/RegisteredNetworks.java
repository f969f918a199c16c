package dev.resnet.models;

import dev.resnet.training.checkpoint.TrainedNetworks;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The registry's networks, for trainings that start from their weights. */
final class RegisteredNetworks implements TrainedNetworks {
  private final ModelRegistry registry;
  private final Path models;

  RegisteredNetworks(ModelRegistry registry, Path models) {
    this.registry = registry;
    this.models = models;
  }

  @Override
  public Optional<Found> find(String model, @Nullable Integer version) {
    return version(model, version)
        .map(
            found ->
                new Found(
                    found.version(),
                    found.stackN(),
                    found.shape(),
                    models.resolve(found.file()),
                    found.sha256()));
  }

  private Optional<ModelVersion> version(String model, @Nullable Integer version) {
    return version != null
        ? registry.find(model, version)
        : registry
            .promoted(model)
            .or(() -> registry.listing().newest(model, 1).stream().findFirst());
  }
}
