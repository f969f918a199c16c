package dev.resnet.oip.web;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Map;

/** The OpenAPI document's part on the body of an inference and its answer. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@RequestBody(
    required = true,
    description =
        "JSON, or JSON with binary tensors behind it; then the header"
            + " Inference-Header-Content-Length is the length of the JSON. The type of the body is"
            + " not looked at. It may be compressed (Content-Encoding: gzip or deflate).",
    content = {
      @Content(
          mediaType = "application/json",
          schema = @Schema(implementation = InferBody.Request.class)),
      @Content(
          mediaType = "application/octet-stream",
          schema = @Schema(type = "string", format = "binary"))
    })
@Parameter(
    name = InferenceBody.HEADER_LENGTH,
    in = ParameterIn.HEADER,
    description = "The length of the JSON in bytes, if binary data follows it",
    schema = @Schema(type = "integer", minimum = "1"))
@ApiResponse(
    responseCode = "200",
    description =
        "The outputs. If one is binary, its data follows the JSON, and the header"
            + " Inference-Header-Content-Length is the length of the JSON.",
    content = {
      @Content(
          mediaType = "application/json",
          schema = @Schema(implementation = InferBody.Response.class)),
      @Content(
          mediaType = "application/octet-stream",
          schema = @Schema(type = "string", format = "binary"))
    })
@interface InferBody {
  /**
   * For the document only; requests are read as a stream.
   *
   * @param id returned in the answer
   */
  @Schema(name = "InferenceRequest")
  record Request(
      @Schema(example = "42") String id,
      @Schema(description = "binary_data_output: whether outputs are binary")
          Map<String, Object> parameters,
      @Schema(description = "One tensor, 'image'") List<Input> inputs,
      @Schema(description = "All if there are none") List<Output> outputs) {}

  /** A tensor of images. */
  @Schema(name = "InferenceInput")
  record Input(
      @Schema(example = "image") String name,
      @Schema(description = "[images, size, size, 3]", example = "[1, 32, 32, 3]")
          List<Integer> shape,
      @Schema(
              description = "UINT8 or FP32; both hold values from 0 to 255",
              allowableValues = {"UINT8", "FP32"})
          String datatype,
      @Schema(description = "binary_data_size: bytes of this tensor behind the JSON")
          Map<String, Object> parameters,
      @Schema(description = "Flat in row-major order, or nested as the shape") List<Object> data) {}

  /** An output that is asked for. */
  @Schema(name = "InferenceOutput")
  record Output(
      @Schema(allowableValues = {"probabilities", "label"}) String name,
      @Schema(
              description =
                  "binary_data: whether it is binary; classification: how many of the most probable"
                      + " classes to return, as texts value:index:label")
          Map<String, Object> parameters) {}

  /** An answer. */
  @Schema(name = "InferenceResponse")
  record Response(
      @Schema(example = "resnet-20") String modelName,
      @Schema(description = "The version that was used", example = "3") String modelVersion,
      @Schema(example = "42") String id,
      @Schema(
              description = "precision: what it was computed in",
              example = "{\"precision\": \"float32\"}")
          Map<String, Object> parameters,
      List<Tensor> outputs) {}

  /** An output. */
  @Schema(name = "InferenceTensor")
  record Tensor(
      @Schema(example = "probabilities") String name,
      @Schema(allowableValues = {"FP32", "BYTES"}) String datatype,
      @Schema(example = "[1, 10]") List<Integer> shape,
      @Schema(description = "binary_data_size, if the data is binary")
          Map<String, Object> parameters,
      List<Object> data) {}
}
