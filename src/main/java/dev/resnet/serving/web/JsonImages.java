package dev.resnet.serving.web;

import dev.resnet.api.FieldError;
import dev.resnet.api.ProblemException;
import dev.resnet.serving.UnreadablePictureException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads {@code {"images": ["<base64>", …]}} as a stream: a tree of a body of many megabytes would
 * take several times its size.
 */
final class JsonImages {
  private static final String FIELD = "images";
  private static final int MOST_LISTED = 100;

  /** Characters of a field's name that are sent back. */
  private static final int LONGEST = 80;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // The body's own limit holds, whatever it is set to.
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private final int maxImages;
  private final List<FieldError> errors = new ArrayList<>();
  private final List<Received> images = new ArrayList<>();
  private boolean seen;

  private JsonImages(int maxImages) {
    this.maxImages = maxImages;
  }

  static List<Received> read(byte[] body, int maxImages) {
    var reading = new JsonImages(maxImages);
    try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), body)) {
      reading.body(in);
    } catch (JacksonException e) {
      var place = e.getLocation();
      throw bad(
          "The body is not JSON: %s (line %d, column %d). Send {\"images\": [\"<base64>\"]}."
              .formatted(e.getOriginalMessage(), place.getLineNr(), place.getColumnNr()));
    }
    if (!reading.errors.isEmpty()) {
      throw new ProblemException(
          HttpStatus.BAD_REQUEST, "The body has fields that are not right.", reading.errors);
    }
    return reading.images;
  }

  private void body(JsonParser in) {
    if (in.nextToken() != JsonToken.START_OBJECT) {
      throw bad("The body is not a JSON object. Send {\"images\": [\"<base64>\"]}.");
    }
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      JsonToken value = in.nextToken();
      if (!name.equals(FIELD)) {
        wrong(name, "is not known; the only field is images");
        in.skipChildren();
      } else if (value != JsonToken.START_ARRAY) {
        seen = true;
        wrong(FIELD, "must be an array of base64 strings");
        in.skipChildren();
      } else {
        seen = true;
        images(in);
      }
    }
    if (in.nextToken() != null) {
      throw bad("The body goes on after the JSON object. Send one object.");
    }
    if (!seen) {
      wrong(FIELD, "is missing; give an array of base64 strings");
    }
  }

  private void images(JsonParser in) {
    int index = 0;
    for (JsonToken item = in.nextToken(); item != JsonToken.END_ARRAY; item = in.nextToken()) {
      String field = FIELD + "[" + index++ + "]";
      if (index > maxImages) {
        throw TooLarge.images(maxImages);
      }
      if (item == JsonToken.VALUE_STRING) {
        String text = in.getString();
        images.add(new Received(field, () -> decode(text)));
      } else {
        wrong(field, "must be a string: the image file in base64");
        in.skipChildren();
      }
    }
    if (index == 0) {
      wrong(FIELD, "is empty; give at least one image");
    }
  }

  /** A body of a million unknown fields must not become an answer of a million errors. */
  private void wrong(String field, String message) {
    if (errors.size() < MOST_LISTED) {
      String shown = field.length() <= LONGEST ? field : field.substring(0, LONGEST) + "…";
      errors.add(new FieldError(shown, message));
    }
  }

  /**
   * Base64 as tools write it: with or without padding, in lines, in the URL alphabet, or as a
   * {@code data:} URL.
   */
  static byte[] decode(String text) throws UnreadablePictureException {
    String base64 = text;
    if (text.startsWith("data:")) {
      int comma = text.indexOf(',');
      if (comma < 0 || !text.substring(0, comma).endsWith(";base64")) {
        throw new UnreadablePictureException(
            "is a data URL without base64; write data:image/png;base64,…");
      }
      base64 = text.substring(comma + 1);
    }
    if (base64.chars().anyMatch(c -> c <= ' ')) {
      base64 = base64.replaceAll("[ \t\r\n]+", "");
    }
    boolean urlAlphabet = base64.indexOf('-') >= 0 || base64.indexOf('_') >= 0;
    Base64.Decoder decoder = urlAlphabet ? Base64.getUrlDecoder() : Base64.getDecoder();
    try {
      // Characters beyond Latin-1 become '?', which is not base64 either.
      return decoder.decode(base64.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw new UnreadablePictureException(
          "is not base64 (%s); send the image file in base64".formatted(e.getMessage()));
    }
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(HttpStatus.BAD_REQUEST, detail);
  }
}
