package dev.resnet.jobs.web;

import dev.resnet.api.ProblemException;
import dev.resnet.jobs.TrainingJobs;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.CheckpointFile;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.file.Files;
import java.util.List;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The kept checkpoints of a job: zips that any DL4J program can load. */
@RestController
@RequestMapping(TrainingJobController.PATH + "/{id}/checkpoints")
@Tag(name = "Training jobs")
class CheckpointController {
  private static final MediaType ZIP = MediaType.valueOf("application/zip");

  private final TrainingJobs jobs;

  CheckpointController(TrainingJobs jobs) {
    this.jobs = jobs;
  }

  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "List a job's checkpoints",
      description = "The newest two and the best are kept.")
  CheckpointResponse.Items list(@PathVariable String id) {
    List<CheckpointFile> files = jobs.checkpoints(id);
    EpochMetrics best = jobs.find(id).map(job -> job.best()).orElse(null);
    int bestEpoch = best == null ? 0 : best.epoch();
    return new CheckpointResponse.Items(
        files.stream().map(file -> CheckpointResponse.of(file, bestEpoch)).toList());
  }

  @GetMapping("/{epoch}")
  @Operation(
      summary = "Download a checkpoint",
      description =
          "A DL4J model zip with the optimiser's state, and training.json with the history. The"
              + " ETag is its SHA-256.")
  @ApiResponse(
      responseCode = "200",
      description = "The file.",
      content =
          @Content(
              mediaType = "application/zip",
              schema = @Schema(type = "string", format = "binary")))
  ResponseEntity<Resource> download(@PathVariable String id, @PathVariable int epoch) {
    List<CheckpointFile> files = jobs.checkpoints(id);
    CheckpointFile file =
        files.stream()
            .filter(kept -> kept.epoch() == epoch && Files.isReadable(kept.path()))
            .findFirst()
            .orElseThrow(() -> absent(id, epoch, files));
    return ResponseEntity.ok()
        .contentType(ZIP)
        .eTag("\"" + file.sha256() + "\"")
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            ContentDisposition.attachment()
                .filename("%s-epoch-%04d.zip".formatted(id, epoch))
                .build()
                .toString())
        .body(new FileSystemResource(file.path()));
  }

  private static ProblemException absent(String id, int epoch, List<CheckpointFile> files) {
    return new ProblemException(
        HttpStatus.NOT_FOUND,
        "The job %s has no checkpoint of epoch %d; those kept are of the epochs %s."
            .formatted(id, epoch, files.stream().map(CheckpointFile::epoch).toList()));
  }
}
