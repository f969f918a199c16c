package dev.resnet.oip.web;

import dev.resnet.oip.InferenceAnswer;
import dev.resnet.oip.OutputTensor;
import dev.resnet.oip.ServedModels;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Writes an answer: JSON, then the binary data of its tensors. */
final class InferenceResponse {
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final List<ByteBuffer> binary = new ArrayList<>();

  private InferenceResponse() {}

  static ResponseEntity<byte[]> of(InferenceAnswer answer) {
    var response = new InferenceResponse();
    response.json(answer);
    var headers = ResponseEntity.ok();
    if (response.binary.isEmpty()) {
      headers.contentType(MediaType.APPLICATION_JSON);
    } else {
      headers
          .contentType(MediaType.APPLICATION_OCTET_STREAM)
          .header(InferenceBody.HEADER_LENGTH, String.valueOf(response.body.size()));
      response.binary.forEach(
          data -> response.body.write(data.array(), data.arrayOffset(), data.limit()));
    }
    return headers.body(response.body.toByteArray());
  }

  private void json(InferenceAnswer answer) {
    try (JsonGenerator out = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), body)) {
      out.writeStartObject();
      out.writeStringProperty("model_name", answer.version().name());
      out.writeStringProperty("model_version", String.valueOf(answer.version().version()));
      if (!answer.id().isEmpty()) {
        out.writeStringProperty("id", answer.id());
      }
      out.writeObjectPropertyStart("parameters");
      out.writeStringProperty(ServedModels.PRECISION, answer.precision());
      out.writeEndObject();
      out.writeArrayPropertyStart("outputs");
      answer.outputs().forEach(output -> write(output, out));
      out.writeEndArray();
      out.writeEndObject();
    }
  }

  private void write(OutputTensor output, JsonGenerator out) {
    out.writeStartObject();
    out.writeStringProperty("name", output.requested().name());
    out.writeStringProperty("datatype", output.datatype());
    out.writeArrayPropertyStart("shape");
    output.shape().forEach(out::writeNumber);
    out.writeEndArray();
    if (output.requested().binary()) {
      ByteBuffer data = output.binaryData();
      binary.add(data);
      out.writeObjectPropertyStart("parameters");
      out.writeNumberProperty("binary_data_size", data.limit());
      out.writeEndObject();
    } else {
      out.writeArrayPropertyStart("data");
      if (output instanceof OutputTensor.Floats floats) {
        for (float[] row : floats.rows()) {
          for (float value : row) {
            out.writeNumber(value);
          }
        }
      } else if (output instanceof OutputTensor.Texts texts) {
        texts.texts().forEach(out::writeString);
      }
      out.writeEndArray();
    }
    out.writeEndObject();
  }
}
