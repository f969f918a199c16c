package dev.resnet.models.upload;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The names of the vertices in DL4J's {@code configuration.json}. It is read token by token: DL4J
 * would create objects of the classes that it names.
 */
final class VertexNames {
  private static final JsonMapper JSON =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(64)
                      .maxNameLength(1_000)
                      .maxStringLength(100_000)
                      .maxNumberLength(100)
                      .build())
              .build());

  private VertexNames() {}

  /**
   * @param most refuses more names
   * @throws RefusedNetworkException if it is no JSON object with vertices
   */
  static Set<String> read(InputStream in, int most) throws IOException {
    // As a text in UTF-8: from bytes, the parser would guess other encodings, and a wrong guess
    // looks
    // like a volume that fails.
    try (JsonParser json = JSON.createParser(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      Set<String> names = new HashSet<>();
      require(json.nextToken() == JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean vertices = json.currentName().equals("vertices");
        JsonToken value = json.nextToken();
        if (vertices) {
          require(value == JsonToken.START_OBJECT);
          addNames(json, names, most);
        } else {
          json.skipChildren();
        }
      }
      require(json.currentToken() == JsonToken.END_OBJECT);
      return names;
    } catch (JacksonException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw unreadable();
    }
  }

  private static void addNames(JsonParser json, Set<String> names, int most) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      names.add(json.currentName());
      require(names.size() <= most);
      json.nextToken();
      json.skipChildren();
    }
    require(json.currentToken() == JsonToken.END_OBJECT);
  }

  private static void require(boolean right) {
    if (!right) {
      throw unreadable();
    }
  }

  private static RefusedNetworkException unreadable() {
    return new RefusedNetworkException(
        "The entry configuration.json is not the description of a DL4J ComputationGraph.");
  }
}
