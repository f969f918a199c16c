package dev.resnet.models.web;

import dev.resnet.api.JsonRequest;
import dev.resnet.api.Location;
import dev.resnet.api.Problems;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelUploads;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.UploadProperties;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Encoding;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.SchemaProperty;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Takes in networks that were trained elsewhere. */
@RestController
@RequestMapping(path = "/api/v1/models", produces = "application/json")
@Tag(name = "Models")
class VersionUploadController {
  private final ModelUploads uploads;
  private final UploadProperties settings;
  private final JsonRequest<UploadCard> card;
  private final DataSize maxPartHeader;

  VersionUploadController(
      ModelUploads uploads,
      UploadProperties settings,
      JsonRequest<UploadCard> card,
      @Value("${server.tomcat.max-part-header-size:8KB}") DataSize maxPartHeader) {
    this.uploads = uploads;
    this.settings = settings;
    this.card = card;
    this.maxPartHeader = maxPartHeader;
  }

  @PutMapping("/{name}/versions")
  @Operation(
      summary = "Upload a version",
      description =
          "Makes a new version of the model from a DL4J zip of a network of this service: an"
              + " export, a checkpoint or a registered file. Nothing in the zip is executed or"
              + " trusted: the network is built anew, and the weights are counted and copied. The"
              + " card says what the zip doesn't, such as the class names. The version is not"
              + " promoted; PUT /api/v1/models/{name}/aliases/production does that.",
      requestBody =
          @RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.MULTIPART_FORM_DATA_VALUE,
                      schemaProperties = {
                        @SchemaProperty(
                            name = "model",
                            schema =
                                @Schema(
                                    type = "string",
                                    format = "binary",
                                    description = "A DL4J zip.")),
                        @SchemaProperty(
                            name = "card",
                            schema = @Schema(implementation = UploadCard.class))
                      },
                      encoding =
                          @Encoding(name = "card", contentType = MediaType.APPLICATION_JSON_VALUE),
                      examples =
                          @ExampleObject(
                              name = "card",
                              value = "{\"card\": " + UploadCard.EXAMPLE + "}"))))
  @ApiResponse(
      responseCode = "201",
      description = "The new version.",
      headers = @Header(name = "Location", description = "URL of the version."),
      useReturnTypeSchema = true)
  @ApiResponse(
      responseCode = "408",
      description = "The file arrives too slowly (resnet.models.upload.min-rate).")
  @ApiResponse(
      responseCode = "413",
      description =
          "The body or the card is too large (resnet.models.upload.max-size, max-card-size).")
  @ApiResponse(
      responseCode = "422",
      description = "The zip is no network of this service; the message says why.")
  @ApiResponse(responseCode = "507", description = "The volume is full; nothing has been stored.")
  ResponseEntity<VersionResponse> upload(
      @Parameter(
              description = "Letters, digits, '.', '_' and '-', a letter or digit first.",
              example = "pets")
          @PathVariable("name")
          String name,
      HttpServletRequest request)
      throws IOException {
    requireName(name);
    try (var body = VersionUploadBody.read(request, uploads, settings, maxPartHeader)) {
      ModelUploads.Card read =
          card.read(
                  body.card(),
                  (sent, problems) -> sent.check(problems, settings.maxDescriptionLength()))
              .card();
      ModelVersion version = body.model().register(name, read);
      return ResponseEntity.created(
              Location.of(
                  request, "/api/v1/models/%s/versions/%d".formatted(name, version.version())))
          .body(VersionResponse.of(version, List.of()));
    }
  }

  private static void requireName(String name) {
    var problems = new Problems();
    if (!ModelRegistry.isName(name)) {
      problems.add(
          "name", "must be 1 to 200 letters, digits, '.', '_' and '-', a letter or digit first");
    }
    problems.throwIfAny();
  }
}
