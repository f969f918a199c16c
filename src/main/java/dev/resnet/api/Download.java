package dev.resnet.api;

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
 * A file that is sent whole or in parts, according to RFC 9110 (sections 13.2.2 and 14.2). Spring
 * MVC supports {@code Range} too, but it evaluates {@code Range} before {@code If-Range}, does not
 * evaluate {@code If-Match} when a file is read, and does not ignore an invalid range.
 *
 * @param size in bytes
 * @param tag a strong ETag in quotes
 * @param name the file name that a browser uses
 */
public record Download(Path file, long size, String tag, MediaType type, String name) {
  private static final ResourceRegionHttpMessageConverter PARTS =
      new ResourceRegionHttpMessageConverter();
  private static final ResolvableType REGIONS =
      ResolvableType.forClassWithGenerics(List.class, ResourceRegion.class);

  private static final Pattern BYTES = Pattern.compile("(?i:bytes)=([-0-9, \t]*)");

  /**
   * Numbers with more digits than a long. {@link Long#MAX_VALUE} replaces them: it is beyond any
   * file's end, too.
   */
  private static final Pattern HUGE = Pattern.compile("0*[1-9][0-9]{18,}");

  /**
   * @return null if parts have been written
   * @throws ProblemException 412 or 416
   */
  public @Nullable ResponseEntity<Resource> answer(
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
      // A stream, because Spring MVC would evaluate Range itself if it were a file.
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

  /** The parts to send; empty if the whole file is requested. */
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
          "The file has only %d bytes. Ask for a part of it, as in 'Range: bytes=0-1023'."
              .formatted(size));
    }
    try {
      return HttpRange.toResourceRegions(had, new FileSystemResource(file));
    } catch (IllegalArgumentException e) {
      return List.of(); // together they are larger than the file
    }
  }

  /** Empty if the header is absent, has another unit or is invalid: then it must be ignored. */
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
