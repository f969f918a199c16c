package dev.resnet.engine.onnx;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a caller of an exported model has to know, as its metadata.
 *
 * @param name of the model
 * @param labels the class names by index
 * @param resize how the training images were brought to the input's size
 */
public record OnnxCard(
    String name,
    int version,
    List<String> labels,
    ImageShape shape,
    Normalization normalization,
    String resize) {

  /** Lists are JSON: ONNX allows text only. */
  Map<String, String> metadata(OnnxInput input) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("model", name);
    metadata.put("version", String.valueOf(version));
    metadata.put("labels", json(labels));
    metadata.put("image_size", String.valueOf(shape.size()));
    metadata.put("input", input.description(shape.size()));
    metadata.put("mean", json(normalization.mean()));
    metadata.put("standard_deviation", json(normalization.standardDeviation()));
    metadata.put("resize", resize);
    return metadata;
  }

  private static String json(Object value) {
    return JsonMapper.shared().writeValueAsString(value);
  }
}
