package dev.resnet.api;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bodies at the edges of a published schema: each limit reached, and passed by the smallest step;
 * each field absent, null and of every wrong type. A validator that is not the service's own says
 * which of them the schema allows.
 *
 * <p>Whole numbers are never written as {@code 3.0}: to JSON Schema it is an integer, to the
 * service it is not.
 */
public final class EdgeCases {
  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** One value of each type. */
  private static final List<JsonNode> OF_EVERY_TYPE =
      List.of(
          NODES.nullNode(),
          NODES.booleanNode(true),
          NODES.numberNode(1),
          NODES.numberNode(1.5),
          NODES.stringNode("§"),
          NODES.arrayNode(),
          NODES.objectNode());

  private final JsonNode schemas;
  private final String name;

  /**
   * @param schemas {@code /components/schemas} of the OpenAPI document
   * @param name the schema of the request
   */
  public EdgeCases(JsonNode schemas, String name) {
    this.schemas = schemas;
    this.name = name;
  }

  /** Those that are not treated as the published schema says; the check of fields alone counts. */
  public List<String> treatedOtherwise(JsonRequest<?> request) {
    Schema reference = reference();
    return bodies().stream()
        .filter(body -> reference.validate(body).isEmpty() != isTaken(body, request))
        .map(JsonNode::toString)
        .toList();
  }

  /** How many bodies there are that the schema allows, and that it does not. */
  public long count(boolean allowed) {
    Schema reference = reference();
    return bodies().stream().filter(body -> reference.validate(body).isEmpty() == allowed).count();
  }

  private Schema reference() {
    ObjectNode document = JSON.createObjectNode();
    document.put("$ref", "#/components/schemas/" + name);
    document.putObject("components").set("schemas", schemas);
    return SchemaRegistry.withDefaultDialect(Dialects.getOpenApi31()).getSchema(document);
  }

  private static boolean isTaken(JsonNode body, JsonRequest<?> request) {
    try {
      request.read(JSON.writeValueAsBytes(body), (read, problems) -> {});
      return true;
    } catch (ProblemException e) {
      return false;
    }
  }

  private List<JsonNode> bodies() {
    return objects(schemas.get(name)).toList();
  }

  private Stream<JsonNode> values(JsonNode schema) {
    if (schema.has("$ref")) {
      return values(target(schema));
    }
    if (schema.has("oneOf")) {
      return schema.get("oneOf").valueStream().flatMap(this::values);
    }
    return Stream.of(
            OF_EVERY_TYPE.stream(),
            schema.path("enum").valueStream(),
            schema.has("const") ? Stream.of(schema.get("const")) : Stream.<JsonNode>empty(),
            numbers(schema),
            texts(schema),
            schema.has("items")
                ? values(schema.get("items")).map(item -> NODES.arrayNode().add(item))
                : Stream.<JsonNode>empty(),
            schema.has("properties") ? objects(schema) : Stream.<JsonNode>empty())
        .flatMap(values -> values);
  }

  private static Stream<JsonNode> numbers(JsonNode schema) {
    return Stream.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        .filter(schema::has)
        .map(limit -> schema.get(limit).decimalValue())
        .flatMap(
            limit ->
                schema.get("type").toString().contains("integer")
                    ? Stream.of(-1, 0, 1)
                        .map(
                            step ->
                                NODES.numberNode(
                                    limit.add(BigDecimal.valueOf(step)).toBigInteger()))
                    : Stream.of(
                            Math.nextDown(limit.doubleValue()),
                            limit.doubleValue(),
                            Math.nextUp(limit.doubleValue()))
                        .map(NODES::numberNode));
  }

  private static Stream<JsonNode> texts(JsonNode schema) {
    return Stream.of("minLength", "maxLength")
        .filter(schema::has)
        .map(limit -> schema.get(limit).intValue())
        .flatMap(length -> Stream.of(length - 1, length, length + 1))
        .flatMap(length -> Stream.of("a".repeat(length), "🙂".repeat(length), " ".repeat(length)))
        .map(NODES::stringNode);
  }

  private Stream<JsonNode> objects(JsonNode schema) {
    ObjectNode sample = sample(schema);
    List<JsonNode> objects = new ArrayList<>();
    objects.add(sample);
    objects.add(sample.deepCopy().put("unknown", 1));
    schema
        .get("properties")
        .forEachEntry(
            (property, declared) -> {
              objects.add(sample.deepCopy().without(property));
              values(declared)
                  .forEach(value -> objects.add(sample.deepCopy().set(property, value)));
            });
    return objects.stream();
  }

  /** An object that the schema allows, with no more than the fields that it requires. */
  private ObjectNode sample(JsonNode schema) {
    ObjectNode sample = JSON.createObjectNode();
    for (JsonNode required : schema.path("required")) {
      JsonNode declared = schema.get("properties").get(required.stringValue());
      sample.set(
          required.stringValue(),
          Stream.of("const", "maximum", "minimum")
              .filter(declared::has)
              .map(declared::get)
              .findFirst()
              .orElse(declared.has("items") ? NODES.arrayNode() : NODES.numberNode(1)));
    }
    return sample;
  }

  private JsonNode target(JsonNode reference) {
    return schemas.get(reference.get("$ref").stringValue().replaceAll(".*/", ""));
  }
}
