package dev.resnet.training.checkpoint;

import dev.resnet.pictures.ImageShape;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds registered networks by name; implemented by the model registry, called by the jobs. */
public interface TrainedNetworks {

  /**
   * A version of a model; empty if there is none.
   *
   * @param version null for the one in production, or the newest if none is
   */
  Optional<Found> find(String model, @Nullable Integer version);

  /**
   * A registered network.
   *
   * @param shape of its input
   * @param file a checkpoint; it may be deleted at any time
   * @param sha256 of the file, lower-case hex
   */
  record Found(int version, int stackN, ImageShape shape, Path file, String sha256) {}
}
