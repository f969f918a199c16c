package dev.resnet.jobs.web;

import dev.resnet.api.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourceRegion;
import org.springframework.http.ContentDisposition;
import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRange;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.ResourceRegionHttpMessageConverter;
import org.springframework.http.server.ServletServerHttpResponse;

/**
 * A file that is sent whole or in part, as RFC 9110 has it (sections 13.2.2 and 14.2). Spring MVC
 * reads {@code Range} too, but before {@code If-Range}, and it neither looks at {@code If-Match}
 * when a file is read nor ignores a range that it can't read.
 *
 * @param size in bytes
 * @param tag a strong ETag in quotes
 * @param name that a browser saves it under
 */
record Download(Path file, long size, String tag, MediaType type, String name) {
  private static final ResourceRegionHttpMessageConverter PARTS =
      new ResourceRegionHttpMessageConverter();
  private static final ResolvableType REGIONS =
      ResolvableType.forClassWithGenerics(List.class, ResourceRegion.class);

  private static final Pattern BYTES = Pattern.compile("(?i:bytes)=([-0-9, \t]*)");

  /** More digits than a long holds: as far beyond any file's end as its largest number. */
  private static final Pattern HUGE = Pattern.compile("0*[1-9][0-9]{18,}");

  /**
   * @return null where parts have been written
   * @throws ProblemException 412 or 416
   */
  @Nullable ResponseEntity<Resource> answer(
      HttpServletRequest request, HttpServletResponse response) throws IOException {
    List<String> match = values(request, HttpHeaders.IF_MATCH);
    if (!match.isEmpty() && !names(match, true)) {
      throw new ProblemException(
          HttpStatus.PRECONDITION_FAILED,
          "The file's ETag is %s, which If-Match does not name.".formatted(tag));
    }
    if (names(values(request, HttpHeaders.IF_NONE_MATCH), false)) {
      return ResponseEntity.status(HttpStatus.NOT_MODIFIED).eTag(tag).build();
    }
    List<ResourceRegion> regions = regions(request, response);
    if (regions.isEmpty()) {
      // A stream, since Spring MVC would look at Range itself before it sends a file.
      return ResponseEntity.ok()
          .headers(this::describe)
          .contentType(type)
          .contentLength(size)
          .body(new InputStreamResource(new FileSystemResource(file)));
    }
    try (var parts = new ServletServerHttpResponse(response)) {
      parts.setStatusCode(HttpStatus.PARTIAL_CONTENT);
      describe(parts.getHeaders());
      PARTS.write(regions, REGIONS.getType(), type, parts);
    }
    return null;
  }

  private void describe(HttpHeaders headers) {
    headers.setETag(tag);
    headers.set(HttpHeaders.ACCEPT_RANGES, "bytes");
    headers.setContentDisposition(ContentDisposition.attachment().filename(name).build());
  }

  private boolean names(List<String> tags, boolean strong) {
    ETag own = ETag.create(tag);
    return tags.stream()
        .flatMap(value -> ETag.parse(value).stream())
        .anyMatch(named -> named.isWildcard() || named.compare(own, strong));
  }

  /** The parts to send; none where the whole file is meant. */
  private List<ResourceRegion> regions(HttpServletRequest request, HttpServletResponse response) {
    List<String> condition = values(request, HttpHeaders.IF_RANGE);
    if (!request.getMethod().equals("GET")
        || !condition.isEmpty() && !condition.equals(List.of(tag))) {
      return List.of();
    }
    List<HttpRange> ranges = ranges(values(request, HttpHeaders.RANGE));
    if (ranges.isEmpty()) {
      return List.of();
    }
    List<HttpRange> had =
        ranges.stream().filter(range -> range.getRangeStart(size) < size).toList();
    if (had.isEmpty()) {
      response.setHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + size);
      throw new ProblemException(
          HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
          "The range can't be had: the file has %d bytes. Ask for a part of it, as in 'Range: bytes=0-1023'."
              .formatted(size));
    }
    try {
      return HttpRange.toResourceRegions(had, new FileSystemResource(file));
    } catch (IllegalArgumentException e) {
      return List.of(); // together they are more than the file
    }
  }

  /** None where the header is absent, of another unit or not valid: it is then to be ignored. */
  private static List<HttpRange> ranges(List<String> headers) {
    var bytes = BYTES.matcher(headers.size() == 1 ? headers.get(0).strip() : "");
    if (!bytes.matches()) {
      return List.of();
    }
    try {
      return HttpRange.parseRanges(
          "bytes=" + HUGE.matcher(bytes.group(1)).replaceAll("" + Long.MAX_VALUE));
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  private static List<String> values(HttpServletRequest request, String header) {
    return Collections.list(request.getHeaders(header));
  }
}
