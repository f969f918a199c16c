package dev.resnet.jobs.web;

import dev.resnet.training.checkpoint.CheckpointFile;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** A kept checkpoint. */
@Schema(name = "Checkpoint")
record CheckpointResponse(
    @Schema(description = "Number of completed epochs.", example = "12") int epoch,
    @Schema(description = "Size in bytes.", example = "2216394") long size,
    @Schema(description = "SHA-256 of the file, in lower-case hex.") String sha256,
    @Schema(example = "0.814") double testAccuracy,
    @Schema(description = "Whether it is the job's best epoch, see the job's field best.")
        boolean best) {

  @Schema(name = "Checkpoints")
  record Items(List<CheckpointResponse> items) {}

  static CheckpointResponse of(CheckpointFile file, int bestEpoch) {
    return new CheckpointResponse(
        file.epoch(), file.size(), file.sha256(), file.testAccuracy(), file.epoch() == bestEpoch);
  }
}
