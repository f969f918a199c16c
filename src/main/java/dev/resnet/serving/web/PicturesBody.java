package dev.resnet.serving.web;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.SchemaProperty;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;

/**
 * Documents the bodies and query parameters of all classification operations in the OpenAPI
 * document.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@RequestBody(
    required = true,
    description =
        "One image file as the body, or several as multipart parts or as base64 in"
            + " JSON. PNG, JPEG, GIF and WebP (first frame), BMP or TIFF (first page),"
            + " detected by the first bytes.",
    content = {
      @Content(
          mediaType = "application/json",
          schema = @Schema(implementation = PicturesBody.Images.class),
          examples = @ExampleObject(name = "one 32×32 PNG", value = PicturesBody.EXAMPLE)),
      @Content(
          mediaType = "multipart/form-data",
          schemaProperties =
              @SchemaProperty(
                  name = "image",
                  array =
                      @ArraySchema(
                          minItems = 1,
                          schema = @Schema(type = "string", format = "binary")))),
      @Content(mediaType = "image/png", schema = @Schema(type = "string", format = "binary")),
      @Content(mediaType = "image/jpeg", schema = @Schema(type = "string", format = "binary")),
      @Content(mediaType = "image/gif", schema = @Schema(type = "string", format = "binary")),
      @Content(mediaType = "image/bmp", schema = @Schema(type = "string", format = "binary")),
      @Content(mediaType = "image/webp", schema = @Schema(type = "string", format = "binary")),
      @Content(mediaType = "image/tiff", schema = @Schema(type = "string", format = "binary"))
    })
@Parameter(
    name = "top_k",
    in = ParameterIn.QUERY,
    description =
        "How many of the most probable classes to return, from 1 to the number of"
            + " classes. Default: 5, or all classes if there are fewer",
    schema = @Schema(type = "integer", minimum = "1"),
    example = "3")
@Parameter(
    name = "resize",
    in = ParameterIn.QUERY,
    description =
        "Whether to resize an image that does not have the size of the model's input; otherwise it"
            + " is refused. The image is turned upright by its Exif orientation and resized as the"
            + " images that the model was trained on (input.resize of the version): crop takes the"
            + " largest centred square, squash the whole image, pad the whole image on black. It"
            + " is shrunk by area averaging or enlarged by bicubic interpolation.",
    schema = @Schema(type = "boolean", defaultValue = "false"))
@Parameter(
    name = "Prefer",
    in = ParameterIn.HEADER,
    description =
        "wait=2: the client waits at most 2 seconds until its images are computed (RFC 7240). It"
            + " shortens resnet.serving.max-wait, and never lengthens it.",
    schema = @Schema(type = "string"),
    example = "wait=2")
@Parameter(
    name = "heatmap",
    in = ParameterIn.QUERY,
    description =
        "Whether to add to each prediction a heat map of its label: where in the image the network"
            + " sees it (class activation mapping).",
    schema = @Schema(type = "boolean", defaultValue = "false"))
@Parameter(
    name = "tta",
    in = ParameterIn.QUERY,
    description =
        "Test-time augmentation. flip averages the probabilities of each image with those of its"
            + " mirror image, which takes twice the time. A heat map is that of the image itself.",
    schema =
        @Schema(
            type = "string",
            allowableValues = {"flip"}))
@ApiResponse(
    responseCode = "200",
    description = "A prediction for each image, in the order of the request")
@ApiResponse(
    responseCode = "429",
    description =
        "Too many requests wait to be classified, or this one waited for too long. Nothing was"
            + " computed; send it again after the seconds in Retry-After.")
@interface PicturesBody {
  /** An image of a yellow sun over a green field. */
  String EXAMPLE =
      """
      {"images": ["iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAgMAAAAOFJJnAAAACVBMVEVkoOb63Dw8jDJ4sDjEAAAAOklEQVR42mNgIBawQGnG0AAIgzU0BBdDNDSUoBq4OXCTyQNMq1Y1MDQAGauAgGEFAwMXmLEKCihkAAB+kjkAKnBRVgAAAABJRU5ErkJggg=="]}""";

  /**
   * The JSON body, for the OpenAPI document only; requests are read as a stream.
   *
   * @param images image files in base64, also as data: URLs
   */
  @Schema(name = "Images")
  record Images(
      @ArraySchema(
              minItems = 1,
              arraySchema = @Schema(description = "Image files in base64, or data: URLs"),
              schema = @Schema(type = "string", format = "byte"))
          List<String> images) {}
}
