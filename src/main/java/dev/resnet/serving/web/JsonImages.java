package dev.resnet.serving.web;

import dev.resnet.api.ProblemException;
import dev.resnet.api.Problems;
import dev.resnet.pictures.UnreadablePictureException;
import dev.resnet.serving.ServingProperties;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads {@code {"images": ["<base64>", …]}} in place. Only the offset of each image in the body is
 * kept; the image is decoded on demand. A JSON tree or strings would take several times the size of
 * the body.
 */
final class JsonImages {
  private static final String FIELD = "images";

  /** Most characters of the parser's message to repeat. */
  private static final int LONGEST_REASON = 200;

  /**
   * Most field names in a body. The parser keeps every name, so many names take many times the size
   * of the body. Neither this nor the length of a name is a setting: the only valid name is {@link
   * #FIELD}.
   */
  private static final int MOST_NAMES = 1000;

  private static final int LONGEST_NAME = 10_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  // Only the limit for the body applies.
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(LONGEST_NAME)
                  .build())
          .build();

  private final byte[] body;
  private final ServingProperties limits;
  private final Problems problems = new Problems();
  private final List<Received> images = new ArrayList<>();
  private boolean seen;
  private int names;

  private JsonImages(byte[] body, ServingProperties limits) {
    this.body = body;
    this.limits = limits;
  }

  static List<Received> read(byte[] body, ServingProperties limits) {
    var reading = new JsonImages(inUtf8(body), limits);
    try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), reading.body)) {
      reading.object(in);
    } catch (JacksonException e) {
      throw bad(
          "The body is not JSON: %s%s. Send {\"images\": [\"<base64>\"]}."
              .formatted(Problems.abbreviated(e.getOriginalMessage(), LONGEST_REASON), place(e)));
    }
    reading.problems.throwIfAny();
    return reading.images;
  }

  /**
   * The line and column of an error; empty for a broken limit of the parser, such as that on
   * nesting.
   */
  private static String place(JacksonException e) {
    TokenStreamLocation place = e.getLocation();
    return place == null
        ? ""
        : " (line %d, column %d)".formatted(place.getLineNr(), place.getColumnNr());
  }

  /** The parser reports byte offsets only for UTF-8, so other encodings are converted. */
  private static byte[] inUtf8(byte[] body) {
    if (body.length < 4) {
      return body;
    }
    boolean big = body[0] == 0 || body[0] == (byte) 0xfe && body[1] == (byte) 0xff;
    boolean little = body[1] == 0 || body[0] == (byte) 0xff && body[1] == (byte) 0xfe;
    if (!big && !little) {
      return body;
    }
    boolean four = body[1] == 0 && (body[0] == 0 || body[2] == 0) || body[2] == 0 && body[3] == 0;
    String charset = four ? (big ? "UTF-32BE" : "UTF-32LE") : big ? "UTF-16BE" : "UTF-16LE";
    return new String(body, Charset.forName(charset)).getBytes(StandardCharsets.UTF_8);
  }

  private void object(JsonParser in) {
    if (in.nextToken() != JsonToken.START_OBJECT) {
      throw bad("The body is not a JSON object. Send {\"images\": [\"<base64>\"]}.");
    }
    while (in.nextToken() != JsonToken.END_OBJECT) {
      counted();
      String name = in.currentName();
      JsonToken value = in.nextToken();
      if (!name.equals(FIELD)) {
        problems.add(name, "is unknown; the only field is images");
        skip(in);
      } else if (seen) {
        problems.add(FIELD, "is given twice");
        skip(in);
      } else if (value != JsonToken.START_ARRAY) {
        seen = true;
        problems.add(FIELD, "must be an array of base64 strings");
        skip(in);
      } else {
        seen = true;
        images(in);
      }
    }
    if (in.nextToken() != null) {
      throw bad("The body continues after the JSON object. Send one object.");
    }
    if (!seen) {
      problems.add(FIELD, "is required: an array of base64 strings");
    }
  }

  /** Skips a value of any depth; its names count too. */
  private void skip(JsonParser in) {
    int depth = 0;
    JsonToken token = in.currentToken();
    while (true) {
      if (token == null) {
        return; // the parser reports the error
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (token == JsonToken.PROPERTY_NAME) {
        counted();
      }
      if (depth == 0) {
        return;
      }
      token = in.nextToken();
    }
  }

  private void counted() {
    if (++names > MOST_NAMES) {
      throw bad(
          "The body has more than %d fields. Send {\"images\": [\"<base64>\"]}."
              .formatted(MOST_NAMES));
    }
  }

  private void images(JsonParser in) {
    int index = 0;
    for (JsonToken item = in.nextToken(); item != JsonToken.END_ARRAY; item = in.nextToken()) {
      String field = FIELD + "[" + index++ + "]";
      if (index > limits.maxImages()) {
        throw TooLarge.images(limits);
      }
      if (item == JsonToken.VALUE_STRING) {
        int quote = (int) in.currentTokenLocation().getByteOffset();
        images.add(new Received(field, () -> decode(quote)));
      } else {
        problems.add(field, "must be a string: the image file in base64");
        skip(in);
      }
    }
    if (index == 0) {
      problems.add(FIELD, "is empty; send at least one image");
    }
  }

  /**
   * Decodes the string that starts with the quotation mark at this offset; the parser has checked
   * its syntax.
   */
  private byte[] decode(int quote) throws UnreadablePictureException {
    boolean escaped = false;
    int end = quote + 1;
    while (body[end] != '"') {
      escaped |= body[end] == '\\';
      end += body[end] == '\\' ? 2 : 1;
    }
    if (!escaped) {
      return Base64Text.decode(body, quote + 1, end, limits.maxImageSize());
    }
    try (JsonParser in =
        FACTORY.createParser(ObjectReadContext.empty(), body, quote, end + 1 - quote)) {
      in.nextToken();
      // Characters beyond Latin-1 become '?', which is invalid base64 as well.
      byte[] text = in.getString().getBytes(StandardCharsets.ISO_8859_1);
      return Base64Text.decode(text, 0, text.length, limits.maxImageSize());
    }
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(HttpStatus.BAD_REQUEST, detail);
  }
}
