package dev.resnet.jobs;

import dev.resnet.data.DatasetInfo;
import dev.resnet.training.TrainingConfig;
import java.util.Optional;

/** Checks, before a job is accepted, whether training fits into memory. */
@FunctionalInterface
public interface MemoryCheck {
  /** How much memory is needed and available, as a sentence for the user; empty if it fits. */
  Optional<String> refusal(TrainingConfig config, DatasetInfo dataset);

  /** Estimated bytes while it runs; 0 if unknown. */
  default long needed(TrainingConfig config, DatasetInfo dataset) {
    return 0;
  }

  /** Bytes for all running jobs of this process together. */
  default long limit() {
    return Long.MAX_VALUE;
  }
}
