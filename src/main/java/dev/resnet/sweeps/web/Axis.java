package dev.resnet.sweeps.web;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** A path into a job and the values that it takes. */
record Axis(String path, List<JsonNode> values) {

  String name(int index) {
    return "values.%s[%d]".formatted(path, index);
  }

  /** Whether the field is this path or lies in it. */
  boolean covers(String field) {
    return field.equals(path) || field.startsWith(path + ".") || field.startsWith(path + "[");
  }

  boolean isNested() {
    return path.indexOf('.') >= 0;
  }

  /** The object that holds the field. */
  String parent() {
    return path.substring(0, path.indexOf('.'));
  }

  /** The name of the field in its object. */
  String field() {
    return path.substring(path.indexOf('.') + 1);
  }
}
