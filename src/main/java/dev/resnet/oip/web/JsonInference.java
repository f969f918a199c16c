package dev.resnet.oip.web;

import dev.resnet.oip.ImageInput;
import dev.resnet.oip.InferenceRequest;
import dev.resnet.oip.InvalidInferenceException;
import dev.resnet.oip.RequestedOutput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Reads the JSON of a request as a stream. Fields that are not known are passed over, since clients
 * of this protocol send fields of many servers' extensions.
 */
final class JsonInference {
  /** A model has two outputs; a request that names many more is no request for it. */
  private static final int MOST_OUTPUTS = 100;

  private final InferenceBody body;
  private final JsonInput input;

  private String id = "";
  private boolean hasInputs;
  private boolean binaryOutput;
  private List<NamedOutput> outputs = List.of();

  /**
   * @param binary null unless the request says so for this output
   */
  private record NamedOutput(String name, long classification, @Nullable Boolean binary) {}

  private JsonInference(InferenceBody body, ImageInput model) {
    this.body = body;
    this.input = new JsonInput(model, body);
  }

  /**
   * @throws InvalidInferenceException if it is not a request for this model
   */
  static InferenceRequest read(InferenceBody body, ImageInput model) {
    var reading = new JsonInference(body, model);
    try {
      reading.pass();
      if (reading.input.isPostponed()) {
        // The data came before the shape that says how much memory it takes.
        reading.pass();
      }
    } catch (JacksonException e) {
      throw Json.unreadable(e);
    }
    return new InferenceRequest(reading.id, reading.input.images(), reading.requested());
  }

  private void pass() {
    hasInputs = false;
    try (Json in = Json.of(body)) {
      in.object("The body", name -> field(in, name));
      if (in.parser().nextToken() != null) {
        throw new InvalidInferenceException(
            ("The body continues after the JSON object. If binary data follows, the header '%s'"
                    + " must be the length of the JSON.")
                .formatted(InferenceBody.HEADER_LENGTH));
      }
    }
    if (!hasInputs) {
      throw new InvalidInferenceException(
          "The field 'inputs' is missing: a list with the tensor '%s'.".formatted(ImageInput.NAME));
    }
  }

  private void field(Json in, String name) {
    switch (name) {
      case "id" -> id = id(in);
      case "inputs" -> inputs(in);
      case "outputs" -> outputs = outputs(in);
      case "parameters" -> in.object("The field 'parameters'", key -> parameter(in, key));
      default -> in.skip();
    }
  }

  private static String id(Json in) {
    String id = in.text("id");
    // Half of a surrogate pair could not be sent back.
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(id)) {
      throw new InvalidInferenceException("The field 'id' holds half of a surrogate pair.");
    }
    return id;
  }

  private void parameter(Json in, String name) {
    if (name.equals("binary_data_output")) {
      binaryOutput = in.bool(name);
    } else {
      in.passOver(name);
    }
  }

  private void inputs(Json in) {
    hasInputs = true;
    int count = 0;
    in.startOfList("inputs");
    while (in.parser().nextToken() != JsonToken.END_ARRAY) {
      if (++count > 1) {
        throw new InvalidInferenceException(
            "The field 'inputs' has more than one tensor. The model has one input, '%s'; send several images in one tensor."
                .formatted(ImageInput.NAME));
      }
      input.read(in);
    }
    if (count == 0) {
      throw new InvalidInferenceException(
          "The field 'inputs' is empty; send the tensor '%s'.".formatted(ImageInput.NAME));
    }
  }

  private static List<NamedOutput> outputs(Json in) {
    var outputs = new ArrayList<NamedOutput>();
    in.startOfList("outputs");
    while (in.parser().nextToken() != JsonToken.END_ARRAY) {
      if (outputs.size() == MOST_OUTPUTS) {
        throw new InvalidInferenceException(
            "The field 'outputs' has more than %d entries; the model has two outputs."
                .formatted(MOST_OUTPUTS));
      }
      outputs.add(new OutputReading().read(in));
    }
    return outputs;
  }

  private static final class OutputReading {
    private @Nullable String name;
    private long classification;
    private @Nullable Boolean binary;

    NamedOutput read(Json in) {
      in.object(
          "Each of the 'outputs'",
          field -> {
            switch (field) {
              case "name" -> name = in.text(field);
              case "parameters" -> in.object("The field 'parameters'", key -> parameter(in, key));
              default -> in.skip();
            }
          });
      if (name == null) {
        throw new InvalidInferenceException("One of the 'outputs' has no name.");
      }
      return new NamedOutput(name, classification, binary);
    }

    private void parameter(Json in, String key) {
      switch (key) {
        case "classification" -> classification = in.integer(key);
        case "binary_data" -> binary = in.bool(key);
        default -> in.passOver(key);
      }
    }
  }

  private List<RequestedOutput> requested() {
    if (outputs.isEmpty()) {
      return RequestedOutput.all(binaryOutput);
    }
    return outputs.stream()
        .map(
            output ->
                new RequestedOutput(
                    output.name(),
                    output.classification(),
                    output.binary() == null ? binaryOutput : output.binary()))
        .toList();
  }
}
