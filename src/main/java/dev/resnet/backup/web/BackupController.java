package dev.resnet.backup.web;

import dev.resnet.backup.Backup;
import dev.resnet.backup.Backups;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Sends backups. */
@RestController
@Tag(name = "Backup", description = "Everything that is stored, in one archive")
class BackupController {
  private static final String TAR = "application/x-tar";

  private final Backups backups;

  BackupController(Backups backups) {
    this.backups = backups;
  }

  @PostMapping(path = "/api/v1/backup", produces = TAR)
  @Operation(
      summary = "Make a backup",
      description =
          "Sends everything that is stored as one tar, while the service runs: all rows of one"
              + " moment, and the files that they name. Jobs need not stop; a restored one"
              + " continues from the checkpoint that was its newest at that moment. The archive"
              + " fits the embedded database and PostgreSQL. `java -jar resnet-service.jar restore"
              + " backup.tar` restores it. It holds no keys and no settings.")
  @ApiResponse(
      responseCode = "200",
      description =
          "The archive. Its last entry, SHA256SUMS, has a checksum of each other one; an archive"
              + " without it was cut off.",
      content = @Content(mediaType = TAR, schema = @Schema(type = "string", format = "binary")))
  @ApiResponse(
      responseCode = "409",
      description =
          "This process is making a backup already, or a file that a row names is missing; the"
              + " message says which.")
  void backup(
      @Parameter(
              description =
                  "true: goes on without files that are missing, and with those that have changed."
                      + " The log names them.")
          @RequestParam(defaultValue = "false")
          boolean incomplete,
      HttpServletResponse response)
      throws IOException {
    try (Backup backup = backups.prepare(incomplete)) {
      response.setContentType(TAR);
      response.setHeader(
          HttpHeaders.CONTENT_DISPOSITION,
          ContentDisposition.attachment().filename(backup.name()).build().toString());
      backup.writeTo(response.getOutputStream());
    }
  }
}
