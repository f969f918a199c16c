package dev.resnet.jobs;

import dev.resnet.data.DatasetInfo;
import dev.resnet.training.TrainingConfig;
import java.util.Optional;

/** Whether a training fits into the memory; asked before a job is accepted. */
@FunctionalInterface
public interface MemoryCheck {
  /** How much it would take and how much there is, as a sentence for the user; empty if it fits. */
  Optional<String> refusal(TrainingConfig config, DatasetInfo dataset);

  /** About how many bytes it takes while it runs; 0 where that is not known. */
  default long needed(TrainingConfig config, DatasetInfo dataset) {
    return 0;
  }

  /** Bytes for all trainings of this process together. */
  default long limit() {
    return Long.MAX_VALUE;
  }
}
