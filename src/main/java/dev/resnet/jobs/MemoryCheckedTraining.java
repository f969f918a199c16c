package dev.resnet.jobs;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.training.StopSignal;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.TrainingListener;
import dev.resnet.training.TrainingResult;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the memory again on the worker. The process that accepted the job may have more memory.
 * The job then fails with a message, before the operating system kills the process.
 */
final class MemoryCheckedTraining implements Training {
  private final Training training;
  private final DatasetCatalog datasets;
  private final MemoryCheck memory;

  MemoryCheckedTraining(Training training, DatasetCatalog datasets, MemoryCheck memory) {
    this.training = training;
    this.datasets = datasets;
    this.memory = memory;
  }

  @Override
  public TrainingResult train(
      TrainingConfig config,
      Dataset dataset,
      Path checkpoints,
      @Nullable Path start,
      List<CheckpointFile> resumable,
      TrainingListener listener,
      StopSignal stop) {
    datasets
        .info(config.dataset(), dataset.sha256())
        .flatMap(info -> memory.refusal(config, info))
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(reason);
            });
    return training.train(config, dataset, checkpoints, start, resumable, listener, stop);
  }
}
