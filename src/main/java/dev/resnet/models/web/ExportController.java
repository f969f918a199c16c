package dev.resnet.models.web;

import dev.resnet.api.Download;
import dev.resnet.api.Problems;
import dev.resnet.engine.onnx.OnnxInput;
import dev.resnet.models.ModelExports;
import dev.resnet.models.ModelLookup;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Versions as files for other programs. */
@RestController
@Tag(name = "Models")
class ExportController {
  private static final MediaType ZIP = MediaType.valueOf("application/zip");

  private final ModelLookup lookup;
  private final ModelExports exports;

  ExportController(ModelRegistry registry, ModelExports exports) {
    this.lookup = registry.lookup();
    this.exports = exports;
  }

  @GetMapping("/api/v1/models/{name}/versions/{version}/export")
  @Operation(
      summary = "Export a version",
      description =
          "As a DL4J zip, or as an ONNX model (opset 17) with any batch size: input image, outputs"
              + " probabilities and logits; class names, image size and normalisation are in its"
              + " metadata. An ONNX model is written once and kept. The ETag is the file's"
              + " SHA-256, which is verified before the first byte is sent.")
  @ApiResponse(
      responseCode = "200",
      description = "The file.",
      content = {
        @Content(
            mediaType = "application/octet-stream",
            schema = @Schema(type = "string", format = "binary")),
        @Content(
            mediaType = "application/zip",
            schema = @Schema(type = "string", format = "binary"))
      })
  @ApiResponse(responseCode = "206", description = "The parts that Range requests.")
  @ApiResponse(responseCode = "304", description = "If-None-Match contains the file's ETag.")
  @ApiResponse(
      responseCode = "410",
      description = "The version's own file is missing or damaged. Nothing is sent.")
  @ApiResponse(responseCode = "412", description = "If-Match does not contain the file's ETag.")
  @ApiResponse(
      responseCode = "416",
      description = "The range is outside the file; Content-Range has the file's size.")
  @ApiResponse(responseCode = "507", description = "The volume has no room for the ONNX model.")
  @Nullable ResponseEntity<Resource> export(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version,
      @Parameter(
              description = "The format of the file.",
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {"dl4j", "onnx"}),
              example = "onnx")
          @RequestParam("format")
          String format,
      @Parameter(
              description =
                  "The input of the ONNX model: float32, [N, 3, size, size], normalised by the"
                      + " caller (the default); or uint8, [N, size, size, 3], pixels from 0 to 255,"
                      + " normalised by the model.",
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {"float32", "uint8"}),
              example = "uint8")
          @RequestParam(name = "input", required = false)
          @Nullable String input,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    var problems = new Problems();
    boolean isOnnx = format.equals("onnx");
    if (!isOnnx && !format.equals("dl4j")) {
      problems.add("format", "must be dl4j or onnx");
    }
    OnnxInput chosen = input(input, isOnnx, problems);
    problems.throwIfAny();
    ModelVersion found = lookup.version(name, version);
    return isOnnx
        ? onnx(found, chosen).answer(request, response)
        : dl4j(found).answer(request, response);
  }

  private static OnnxInput input(@Nullable String input, boolean isOnnx, Problems problems) {
    if (input == null || input.isEmpty()) {
      return OnnxInput.FLOAT32;
    }
    if (!isOnnx) {
      problems.add("input", "is only for format=onnx");
    }
    return switch (input) {
      case "float32" -> OnnxInput.FLOAT32;
      case "uint8" -> OnnxInput.UINT8;
      default -> {
        problems.add("input", "must be float32 or uint8");
        yield OnnxInput.FLOAT32;
      }
    };
  }

  private Download onnx(ModelVersion version, OnnxInput input) {
    String suffix = input == OnnxInput.UINT8 ? "-uint8.onnx" : ".onnx";
    return download(
        version, exports.onnx(version, input), MediaType.APPLICATION_OCTET_STREAM, suffix);
  }

  private Download dl4j(ModelVersion version) {
    return download(version, exports.dl4j(version), ZIP, ".zip");
  }

  private static Download download(
      ModelVersion version, ModelExports.Exported file, MediaType type, String suffix) {
    return new Download(
        file.file(),
        file.size(),
        "\"" + file.sha256() + "\"",
        type,
        "%s-%d%s".formatted(version.name(), version.version(), suffix));
  }
}
