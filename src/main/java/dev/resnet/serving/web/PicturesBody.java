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

/** What the OpenAPI document says of every classification: the kinds of bodies and the query. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@RequestBody(
    required = true,
    description =
        "One image as it is, or several as multipart parts or base64 in JSON. PNG or JPEG, told by"
            + " its first bytes.",
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
      @Content(mediaType = "image/jpeg", schema = @Schema(type = "string", format = "binary"))
    })
@Parameter(
    name = "top_k",
    in = ParameterIn.QUERY,
    description =
        "How many of the most probable classes to tell, from 1 to the number of classes; 5, or all"
            + " classes where there are fewer, by default",
    schema = @Schema(type = "integer", minimum = "1"),
    example = "3")
@Parameter(
    name = "resize",
    in = ParameterIn.QUERY,
    description =
        "Whether an image that is not 32×32 is resized: its largest centred square, upright by its"
            + " Exif orientation, shrunk by area or enlarged bicubically. Otherwise it is refused.",
    schema = @Schema(type = "boolean", defaultValue = "false"))
@ApiResponse(responseCode = "200", description = "A prediction for each image, in their order")
@interface PicturesBody {
  /** A yellow sun over a green field. */
  String EXAMPLE =
      """
      {"images": ["iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAgMAAAAOFJJnAAAACVBMVEVkoOb63Dw8jDJ4sDjEAAAAOklEQVR42mNgIBawQGnG0AAIgzU0BBdDNDSUoBq4OXCTyQNMq1Y1MDQAGauAgGEFAwMXmLEKCihkAAB+kjkAKnBRVgAAAABJRU5ErkJggg=="]}""";

  /**
   * The JSON body, for the document alone: it is read as a stream.
   *
   * @param images files in base64, also as data: URLs
   */
  @Schema(name = "Images")
  record Images(
      @ArraySchema(
              minItems = 1,
              arraySchema = @Schema(description = "PNG or JPEG files in base64, or data: URLs"),
              schema = @Schema(type = "string", format = "byte"))
          List<String> images) {}
}
