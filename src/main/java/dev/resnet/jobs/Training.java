package dev.resnet.jobs;

import dev.resnet.data.Dataset;
import dev.resnet.training.StopSignal;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.TrainingListener;
import dev.resnet.training.TrainingResult;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code Trainer.train} as an interface, so that tests can replace it. */
@FunctionalInterface
interface Training {
  TrainingResult train(
      TrainingConfig config,
      Dataset dataset,
      Path checkpoints,
      @Nullable Path start,
      List<CheckpointFile> resumable,
      TrainingListener listener,
      StopSignal stop);
}
