package dev.resnet.oip.web;

import dev.resnet.api.WholeBody;
import dev.resnet.oip.ServedModels;
import dev.resnet.oip.ServerHealth;
import dev.resnet.oip.ServerMetadata;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;

/** Health and metadata in the Open Inference Protocol. */
@RestController
@RequestMapping(path = "/v2", produces = "application/json")
@Tag(name = "Open Inference Protocol")
class MetadataController {
  private final ServerHealth health;
  private final ServerMetadata server;
  private final ServedModels models;

  MetadataController(ServerHealth health, ServerMetadata server, ServedModels models) {
    this.health = health;
    this.server = server;
    this.models = models;
  }

  /** What the server is. */
  @Schema(name = "InferenceServer")
  record Server(
      @Schema(example = "resnet-service") String name,
      @Schema(example = "0.1.0") String version,
      List<String> extensions) {}

  @Schema(name = "InferenceServerLive")
  record Live(boolean live) {}

  @Schema(name = "InferenceServerReady")
  record Ready(boolean ready) {}

  @Schema(name = "InferenceModelReady")
  record ModelReady(@Schema(example = "resnet-20") String name, boolean ready) {}

  @GetMapping
  @Operation(
      operationId = "inferenceServer",
      summary = "Get the server's metadata",
      description = "Its name, its version, and the extensions of the protocol that it has.")
  @ApiResponse(responseCode = "200", description = "The metadata.")
  Server server() {
    return new Server(server.name(), server.version(), server.extensions());
  }

  @GetMapping("/health/live")
  @Operation(
      operationId = "inferenceLive",
      summary = "Whether the server is live",
      description = "As /actuator/health/liveness; needs no key.")
  @ApiResponse(responseCode = "200", description = "It is live.")
  @ApiResponse(responseCode = "503", description = "It is not live.")
  ResponseEntity<Live> live() {
    boolean live = health.isLive();
    return ResponseEntity.status(status(live)).body(new Live(live));
  }

  @GetMapping("/health/ready")
  @Operation(
      operationId = "inferenceReady",
      summary = "Whether the server is ready",
      description = "As /actuator/health/readiness; needs no key.")
  @ApiResponse(responseCode = "200", description = "It is ready.")
  @ApiResponse(responseCode = "503", description = "It is not ready.")
  ResponseEntity<Ready> ready() {
    boolean ready = health.isReady();
    return ResponseEntity.status(status(ready)).body(new Ready(ready));
  }

  private static HttpStatus status(boolean up) {
    return up ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
  }

  @GetMapping("/models/{model}")
  @Operation(
      operationId = "inferenceModel",
      summary = "Get a model's metadata",
      description = "Its inputs and outputs, and its newest 100 versions.")
  @ApiResponse(responseCode = "200", description = "The metadata.")
  @ApiResponse(responseCode = "404", description = "There is no such model, or none in production.")
  ServedModels.Metadata model(
      @Parameter(example = "resnet-20") @PathVariable("model") String model) {
    return models.metadata(model, Optional.empty());
  }

  @GetMapping("/models/{model}/versions/{version}")
  @Operation(
      operationId = "inferenceModelVersion",
      summary = "Get a version's metadata",
      description = "Its inputs and outputs.")
  @ApiResponse(responseCode = "200", description = "The metadata.")
  @ApiResponse(responseCode = "404", description = "There is no such version.")
  ServedModels.Metadata version(
      @Parameter(example = "resnet-20") @PathVariable("model") String model,
      @Parameter(example = "1") @PathVariable("version") int version) {
    return models.metadata(model, Optional.of(version));
  }

  @GetMapping("/models/{model}/ready")
  @Operation(
      operationId = "inferenceModelReady",
      summary = "Whether a model is ready",
      description = "A version is loaded when it is first asked for, so each version is ready.")
  @ApiResponse(responseCode = "200", description = "It is ready.")
  @ApiResponse(responseCode = "404", description = "There is no such model, or none in production.")
  ModelReady modelReady(@Parameter(example = "resnet-20") @PathVariable("model") String model) {
    return new ModelReady(models.find(model, Optional.empty()).name(), true);
  }

  @GetMapping("/models/{model}/versions/{version}/ready")
  @Operation(
      operationId = "inferenceModelVersionReady",
      summary = "Whether a version is ready",
      description = "A version is loaded when it is first asked for, so each version is ready.")
  @ApiResponse(responseCode = "200", description = "It is ready.")
  @ApiResponse(responseCode = "404", description = "There is no such version.")
  ModelReady versionReady(
      @Parameter(example = "resnet-20") @PathVariable("model") String model,
      @Parameter(example = "1") @PathVariable("version") int version) {
    return new ModelReady(models.find(model, Optional.of(version)).name(), true);
  }

  @PostMapping("/repository/index")
  @Operation(
      operationId = "inferenceRepositoryIndex",
      summary = "List all models",
      description =
          "With the newest 100 versions of each. Each version is ready: it is loaded when it is"
              + " first asked for.")
  @RequestBody(
      description = "May be empty. 'ready' changes nothing, since each version is ready.",
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(type = "object"),
              examples = @ExampleObject("{\"ready\": true}")))
  @ApiResponse(responseCode = "200", description = "The versions.")
  List<ServedModels.Entry> index(HttpServletRequest request) throws IOException {
    check(WholeBody.of(request));
    return models.index();
  }

  private static void check(byte[] body) {
    if (body.length == 0) {
      return;
    }
    try (Json in = Json.of(new InferenceBody(body, body.length))) {
      in.object(
          "The body",
          field -> {
            if (field.equals("ready")) {
              in.bool(field);
            } else {
              in.skip();
            }
          });
    } catch (JacksonException e) {
      throw Json.unreadable(e);
    }
  }
}
