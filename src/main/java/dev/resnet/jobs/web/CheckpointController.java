package dev.resnet.jobs.web;

import dev.resnet.api.Download;
import dev.resnet.api.ProblemException;
import dev.resnet.files.VerifiedFiles;
import dev.resnet.jobs.TrainingJobs;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.CheckpointFile;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The kept checkpoints of a job: zip files that any DL4J program can load. */
@RestController
@RequestMapping(TrainingJobController.PATH + "/{id}/checkpoints")
@Tag(name = "Training jobs")
class CheckpointController {
  private static final MediaType ZIP = MediaType.valueOf("application/zip");

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointController.class);

  private final TrainingJobs jobs;
  private final VerifiedFiles verified = new VerifiedFiles();

  CheckpointController(TrainingJobs jobs) {
    this.jobs = jobs;
  }

  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "List a job's checkpoints",
      description =
          "Those at the ends of epochs; not every epoch has one. Of those, the newest two and the"
              + " best are kept, three at most. The best is the best on the validation images;"
              + " without validation images, the one with the highest test accuracy, which does not"
              + " become the model.")
  CheckpointResponse.Items list(@PathVariable String id) {
    List<CheckpointFile> files = jobs.checkpoints(id);
    EpochMetrics best = jobs.get(id).best();
    int bestEpoch = best == null ? 0 : best.epoch();
    return new CheckpointResponse.Items(
        files.stream()
            .filter(file -> Files.isReadable(file.path()))
            .map(file -> CheckpointResponse.of(file, bestEpoch))
            .toList());
  }

  @GetMapping("/{epoch}")
  @Operation(
      summary = "Download a checkpoint",
      description =
          "A DL4J model zip with the optimiser state, and training.json with the history. The"
              + " ETag is the file's SHA-256, which is verified before the first byte is sent.")
  @ApiResponse(
      responseCode = "200",
      description = "The file.",
      content =
          @Content(
              mediaType = "application/zip",
              schema = @Schema(type = "string", format = "binary")))
  @ApiResponse(responseCode = "206", description = "The parts that Range requests.")
  @ApiResponse(responseCode = "304", description = "If-None-Match contains the file's ETag.")
  @ApiResponse(responseCode = "404", description = "There is no such job or checkpoint.")
  @ApiResponse(
      responseCode = "410",
      description = "The file is damaged: its content has changed. Nothing is sent.")
  @ApiResponse(responseCode = "412", description = "If-Match does not contain the file's ETag.")
  @ApiResponse(
      responseCode = "416",
      description = "The range is outside the file; Content-Range has the file's size.")
  @Nullable ResponseEntity<Resource> download(
      @PathVariable String id,
      @PathVariable int epoch,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    List<CheckpointFile> files = jobs.checkpoints(id);
    CheckpointFile file =
        files.stream()
            .filter(kept -> kept.epoch() == epoch && Files.isReadable(kept.path()))
            .findFirst()
            .orElseThrow(() -> absent(id, epoch, files));
    verify(id, file, files);
    return new Download(
            file.path(),
            file.size(),
            "\"" + file.sha256() + "\"",
            ZIP,
            "%s-epoch-%04d.zip".formatted(id, epoch))
        .answer(request, response);
  }

  /** Runs before the first byte is sent, because the ETag guarantees the registered content. */
  private void verify(String id, CheckpointFile file, List<CheckpointFile> files) {
    Optional<String> damage;
    try {
      damage = verified.damage(file.path(), file.size(), file.sha256());
    } catch (NoSuchFileException e) {
      throw absent(id, file.epoch(), files); // deleted since the lookup
    } catch (IOException e) {
      throw new UncheckedIOException(file.path() + " can't be read", e);
    }
    if (damage.isPresent()) {
      List<Integer> others =
          present(files).stream().filter(epoch -> epoch != file.epoch()).toList();
      LOG.error("{} is damaged: it {}", file.path(), damage.get());
      throw new ProblemException(
          HttpStatus.GONE,
          "The checkpoint of epoch %d of the job %s is damaged: its file %s. %s"
              .formatted(
                  file.epoch(),
                  id,
                  damage.get(),
                  others.isEmpty()
                      ? "There is no other one."
                      : "Others are of the epochs %s.".formatted(listed(others))));
    }
  }

  private static ProblemException absent(String id, int epoch, List<CheckpointFile> files) {
    List<Integer> present = present(files);
    return new ProblemException(
        HttpStatus.NOT_FOUND,
        present.isEmpty()
            ? "The job %s has no checkpoint of epoch %d, and no other one.".formatted(id, epoch)
            : "The job %s has no checkpoint of epoch %d; those kept are of the epochs %s."
                .formatted(id, epoch, listed(present)));
  }

  private static String listed(List<Integer> epochs) {
    return epochs.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** The epochs whose files exist. */
  private static List<Integer> present(List<CheckpointFile> files) {
    return files.stream()
        .filter(file -> Files.isReadable(file.path()))
        .map(CheckpointFile::epoch)
        .toList();
  }
}
