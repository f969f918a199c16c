package dev.resnet.data.web;

import dev.resnet.api.Location;
import dev.resnet.api.ProblemException;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.folder.RefusedArchiveException;
import dev.resnet.data.upload.Additions;
import dev.resnet.data.upload.UploadProperties;
import dev.resnet.data.upload.UploadedDatasets;
import dev.resnet.data.upload.Uploads;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.SchemaProperty;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Uploads and deletes data sets. */
@RestController
@RequestMapping(DatasetController.PATH)
@Tag(name = "Data sets")
class UploadController {
  private static final String ZIP = "application/zip";

  private final Uploads uploads;
  private final Additions additions;
  private final UploadedDatasets datasets;
  private final DatasetCatalog catalog;
  private final UploadProperties settings;
  private final DataSize maxPartHeader;

  UploadController(
      Uploads uploads,
      Additions additions,
      UploadedDatasets datasets,
      DatasetCatalog catalog,
      UploadProperties settings,
      @Value("${server.tomcat.max-part-header-size:8KB}") DataSize maxPartHeader) {
    this.uploads = uploads;
    this.additions = additions;
    this.datasets = datasets;
    this.catalog = catalog;
    this.settings = settings;
    this.maxPartHeader = maxPartHeader;
  }

  @PutMapping(path = "/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Upload a data set",
      description =
          "The body is a zip, tar or tar.gz archive of pictures in folders: `train/<class>/*` and"
              + " perhaps `test/<class>/*`, or `<class>/*` alone. Folder names are the class names,"
              + " in any script; folders inside a class count to it. A folder around it all, hidden"
              + " files and files of operating systems don't matter. The archive is checked and"
              + " stored, then converted: poll the data set until its status is READY. Another"
              + " upload under the same name makes a new version; jobs keep theirs. If it fails,"
              + " the present version stays, and the field upload says why.",
      requestBody =
          @RequestBody(
              required = true,
              description = "The archive itself, or one file as multipart/form-data.",
              content = {
                @Content(
                    mediaType = "application/zip",
                    schema = @Schema(type = "string", format = "binary")),
                @Content(
                    mediaType = "application/x-tar",
                    schema = @Schema(type = "string", format = "binary")),
                @Content(
                    mediaType = "application/gzip",
                    schema = @Schema(type = "string", format = "binary")),
                @Content(
                    mediaType = "multipart/form-data",
                    schemaProperties =
                        @SchemaProperty(
                            name = "file",
                            schema = @Schema(type = "string", format = "binary")))
              }))
  @Parameter(
      name = "test_fraction",
      in = ParameterIn.QUERY,
      description =
          "Part of each class that becomes test pictures, if the archive has no folder test.",
      schema =
          @Schema(
              type = "number",
              exclusiveMinimumValue = 0,
              exclusiveMaximumValue = 1,
              defaultValue = "0.2"))
  @Parameter(
      name = "seed",
      in = ParameterIn.QUERY,
      description = "Chooses which pictures these are.",
      schema = @Schema(type = "integer", format = "int64", defaultValue = "1"))
  @Parameter(
      name = "resize",
      in = ParameterIn.QUERY,
      description =
          "How a picture of another size becomes a square. crop: its largest centred square is"
              + " resized. squash: the whole picture is resized. pad: the whole picture is resized"
              + " to fit, on black.",
      schema =
          @Schema(
              type = "string",
              allowableValues = {"crop", "squash", "pad"},
              defaultValue = "crop"))
  @Parameter(
      name = "size",
      in = ParameterIn.QUERY,
      description = "Width and height of every picture of the data set, in pixels.",
      schema =
          @Schema(
              type = "integer",
              allowableValues = {"32", "48", "64", "96"},
              defaultValue = "32"))
  @Parameter(
      name = "strict",
      in = ParameterIn.QUERY,
      description =
          "true: a picture that can't be read ends the conversion. false: it is left out, and the"
              + " report names it.",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @ApiResponse(
      responseCode = "202",
      description = "The archive is stored and will be converted, also after a restart.",
      headers = @Header(name = "Location", description = "URL of the data set."),
      useReturnTypeSchema = true)
  @ApiResponse(
      responseCode = "408",
      description = "The archive arrives too slowly (resnet.datasets.min-upload-rate).")
  @ApiResponse(
      responseCode = "409",
      description = "The name is that of a built-in data set, or an archive is being converted.")
  @ApiResponse(
      responseCode = "413",
      description = "The archive is too large (resnet.datasets.max-upload-size).")
  @ApiResponse(
      responseCode = "422",
      description = "The archive can't become a data set; the message names the entry.")
  @ApiResponse(
      responseCode = "507",
      description =
          "There is no room: the volume is full, or all uploaded data sets together would take more"
              + " than resnet.datasets.max-total-size.")
  ResponseEntity<DatasetResponse> upload(
      @Parameter(
              description =
                  "Lower-case letters, digits, '.', '_' and '-', a letter or digit first; at most 63"
                      + " characters.",
              example = "parts")
          @PathVariable("name")
          String name,
      HttpServletRequest request)
      throws IOException {
    var query = UploadQuery.of(name, request);
    var body = new UploadBody(request, settings, maxPartHeader);
    uploads.admit(name, body.length());
    uploads.receive(name, query.options(), body::writeTo);
    return ResponseEntity.accepted()
        .location(Location.of(request, DatasetController.PATH + "/" + name))
        .body(DatasetResponse.of(catalog.info(name).orElseThrow(), null));
  }

  @DeleteMapping("/{name}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      summary = "Delete a data set",
      description =
          "Deletes all its versions and the archive that is being converted. Models that were"
              + " trained on it stay. A failed or cancelled job on it can't be resumed afterwards.")
  @ApiResponse(responseCode = "204", description = "The data set is deleted.")
  @ApiResponse(responseCode = "404", description = "There is no such data set.")
  @ApiResponse(
      responseCode = "409",
      description = "The data set is built in, or a job that has not ended needs it.")
  void delete(@Parameter(example = "parts") @PathVariable("name") String name) {
    datasets.delete(name);
  }

  @PostMapping(path = "/{name}/images/{split}/{class}", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Add pictures to a class",
      description =
          "Each part named image of the multipart body is one picture, in any format and size that"
              + " an archive may have. All of them become one new version, which new jobs use at"
              + " once; if one can't be read, nothing is added. The class name is percent-encoded"
              + " in the path, in UTF-8. Names with a percent sign, semicolon or backslash can't be in"
              + " a path: replace the data set to add to these classes.",
      requestBody =
          @RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = "multipart/form-data",
                      schemaProperties =
                          @SchemaProperty(
                              name = "image",
                              array =
                                  @ArraySchema(
                                      minItems = 1,
                                      schema = @Schema(type = "string", format = "binary"))))))
  @ApiResponse(
      responseCode = "201",
      description = "The new version.",
      headers = @Header(name = "Location", description = "URL of the data set."),
      useReturnTypeSchema = true)
  @ApiResponse(responseCode = "404", description = "There is no such data set, split or class.")
  @ApiResponse(
      responseCode = "409",
      description = "The data set is built in, or an archive of it is being converted.")
  @ApiResponse(
      responseCode = "422",
      description = "A picture can't be read; the message says which and why.")
  @ApiResponse(responseCode = "507", description = "There is no room.")
  ResponseEntity<DatasetResponse> add(
      @Parameter(example = "parts") @PathVariable("name") String name,
      @SplitName @PathVariable("split") String split,
      @Parameter(example = "scratched") @PathVariable("class") String className,
      HttpServletRequest request)
      throws IOException {
    try {
      additions.add(
          name, DatasetController.split(split), className, AddedImages.of(request, maxPartHeader));
    } catch (RefusedArchiveException e) {
      throw new ProblemException(
          HttpStatus.UNPROCESSABLE_CONTENT, "The request %s.".formatted(e.getMessage()));
    }
    DatasetInfo info = catalog.info(name).orElseThrow(() -> DatasetController.unknown(name));
    return ResponseEntity.created(Location.of(request, DatasetController.PATH + "/" + name))
        .body(DatasetResponse.of(info, datasets.report(name).orElse(null)));
  }

  @GetMapping(path = "/{name}/archive", produces = ZIP)
  @Operation(
      summary = "Download an uploaded data set",
      description =
          "A zip of lossless PNGs, `train/<class>/00001.png` and so on, in the size of the data"
              + " set. It can be uploaded again.")
  @ApiResponse(
      responseCode = "200",
      description = "The archive.",
      content = @Content(mediaType = ZIP, schema = @Schema(type = "string", format = "binary")))
  @ApiResponse(responseCode = "404", description = "There is no such data set.")
  @ApiResponse(
      responseCode = "409",
      description = "The data set is built in, or has no version yet.")
  void archive(
      @Parameter(example = "parts") @PathVariable("name") String name, HttpServletResponse response)
      throws IOException {
    UploadedDatasets.Archive archive = datasets.archive(name);
    response.setContentType(ZIP);
    response.setHeader(
        HttpHeaders.CONTENT_DISPOSITION,
        ContentDisposition.attachment().filename(name + ".zip").build().toString());
    archive.writeTo(response.getOutputStream());
  }
}
