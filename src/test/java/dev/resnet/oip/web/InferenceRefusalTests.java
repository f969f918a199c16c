package dev.resnet.oip.web;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Requests that are refused: the protocol's form of errors, what is wrong, and what to do. */
class InferenceRefusalTests extends InferenceOverHttp {
  @Autowired private MeterRegistry meters;

  /** JSON alone; ~ stands for the beginning of a right input. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                                    | must be a JSON object, but is nothing
          []                                                    | must be a JSON object, but is a list
          {                                                     | can't be read
          {"inputs": [}                                         | line 1, column 13
          {} {}                                                 | continues after the JSON object
          {}                                                    | 'inputs' is missing
          {"inputs": {}}                                        | 'inputs' must hold a list, but holds an object
          {"inputs": []}                                        | 'inputs' is empty
          {"inputs": [3]}                                       | must be a JSON object, but is a number
          {"inputs": [{}]}                                      | has no 'name'
          {"inputs": [{"name": 3}]}                             | 'name' must hold a text
          {"inputs": [{"name": "image"}]}                       | has no 'datatype'
          {"inputs": [{"name": "image", "datatype": "UINT8"}]}  | has no 'shape'
          {"inputs": [{"name": "x", "datatype": "UINT8", "shape": [1,32,32,3]}]} | no input 'x'. Its only input is 'image'
          {"inputs": [{"name": "image", "datatype": "INT64", "shape": [1,32,32,3]}]} | Send UINT8, or FP32
          {"inputs": [{"name": "image", "datatype": "FP16", "shape": [1,32,32,3]}]} | Send UINT8, or FP32
          {"inputs": [{"name": "image", "datatype": "BYTES", "shape": [1]}]} | Send UINT8, or FP32
          {"inputs": [{"name": "image", "datatype": "UINT8", "shape": [32,32,3]}]} | one image has the shape [1, 32, 32, 3]
          {"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1,3,32,32]}]} | takes [images, 32, 32, 3]
          {"inputs": [{"name": "image", "datatype": "UINT8", "shape": [-1,32,32,3]}]} | so no image
          {"inputs": [{"name": "image", "datatype": "UINT8", "shape": [0,32,32,3], "data": []}]} | so no image
          {"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1.5,32,32,3]}]} | 'shape' must hold a whole number
          {"inputs": [{"name": "image", "datatype": "UINT8", "shape": [99999999999999999999,32,32,3]}]} | must hold a whole number
          {"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}]} | more than 16 dimensions
          {"inputs": [~}]}                                      | has no 'data'
          {"inputs": [~, "data": 3}]}                           | 'data' must be a list
          {"inputs": [~, "data": []}]}                          | has 0 elements; its shape takes 3072
          {"inputs": [~, "data": [1,2,3]}]}                     | has 3 elements
          {"inputs": [~, "data": [256]}]}                       | Element 0 of the input 'image' is 256
          {"inputs": [~, "data": [1, -1]}]}                     | Element 1 of the input 'image' is -1
          {"inputs": [~, "data": [1.5]}]}                       | is 1.5
          {"inputs": [~, "data": [99999999999]}]}               | is 99999999999
          {"inputs": [~, "data": ["1"]}]}                       | is not a number: a text
          {"inputs": [~, "data": [true]}]}                      | is not a number: a boolean
          {"inputs": [~, "data": [null]}]}                      | is not a number: null
          {"inputs": [~, "data": [[1,2],[3]]}]}                 | nested in another way
          {"inputs": [~, "data": [1,[2]]}]}                     | nested in another way
          {"inputs": [~, "data": [[[[1,2]]]]}]}                 | nested in another way
          {"inputs": [~, "data": [[[[[1]]]]]}]}                 | nested in another way
          {"id": "1", "id": "2"}                                | can't be read: Duplicate
          {"inputs": [~, "parameters": {"binary_data_size": 3072}}]} | 0 bytes follow the JSON
          {"inputs": [~, "parameters": {"binary_data_size": "x"}}]} | 'binary_data_size' must hold a whole number
          {"inputs": [~, "parameters": {"shared_memory_region": "r"}}]} | Shared memory is not supported
          {"inputs": [~}], "id": 3}                             | 'id' must hold a text
          {"inputs": [~}], "id": "\\ud800"}                      | half of a surrogate pair
          {"inputs": [~}], "parameters": {"binary_data_output": 1}} | must hold true or false
          {"inputs": [~}, ~}]}                                  | more than one tensor
          {"inputs": [~}], "outputs": [{}]}                     | has no name
          [[[[[[[[[[[[[[[[[[[[[                                 | must be a JSON object, but is a list
          {"x": [[[[[[[[[[[[[[[[[[[[[[[[[                       | can't be read
          """)
  void wrongJsonIsRefused(String json, String message) throws Exception {
    String input = "{\"name\": \"image\", \"datatype\": \"UINT8\", \"shape\": [1,32,32,3]";
    Answer answer = post(INFER, json.replace("~", input));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"name": "logits"}                                                | no output 'logits'. Its outputs are 'probabilities' and 'label'
          {"name": "label"}, {"name": "label"}                              | named twice
          {"name": "label", "parameters": {"classification": 3}}            | 'label' has no classification
          {"name": "probabilities", "parameters": {"classification": 11}}   | from 1 to 10
          {"name": "probabilities", "parameters": {"classification": -1}}   | from 1 to 10
          {"name": "probabilities", "parameters": {"classification": 2.5}}  | must hold a whole number
          {"name": "probabilities", "parameters": {"binary_data": "yes"}}   | must hold true or false
          """)
  void wrongOutputsAreRefused(String outputs, String message) throws Exception {
    String head =
        "{\"inputs\":[%s],\"outputs\":[%s]}".formatted(binaryInput(1, "UINT8", 3072), outputs);
    Answer answer = post(INFER, head, pixels(1));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains(message);
  }

  @Test
  void namesAreLimitedWhereverTheyStand() throws Exception {
    String names = IntStream.range(0, 1001).mapToObj(i -> "\"n" + i + "\":0").collect(joining(","));
    for (String json :
        List.of("{%s}", "{\"x\": [{%s}]}", "{\"parameters\": {%s}}", "{\"inputs\": [{%s}]}")) {
      Answer answer = post(INFER, json.formatted(names));
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error()).contains("more than 1000 fields");
    }
  }

  @Test
  void binaryDataMustHaveTheSizeThatItSays() throws Exception {
    String head = "{\"inputs\":[%s]}".formatted(binaryInput(1, "UINT8", 3072));
    assertThat(post(INFER, head, new byte[3071]).error()).contains("3072, but 3071 bytes follow");
    assertThat(post(INFER, head, new byte[3073]).error()).contains("3072, but 3073 bytes follow");
    String other = "{\"inputs\":[%s]}".formatted(binaryInput(1, "UINT8", 3071));
    assertThat(post(INFER, other, new byte[3071]).error()).contains("takes 3072 bytes");
    String both = "{\"inputs\":[%s]}".formatted(jsonInput("[" + elements(pixels(1)) + "]"));
    assertThat(post(INFER, both, new byte[1]).error()).contains("1 bytes follow the JSON, but no");
    String twice = both.replace("\"data\"", "\"parameters\": {\"binary_data_size\": 1}, \"data\"");
    assertThat(post(INFER, twice, new byte[1]).error()).contains("has both");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "1.5", "999999", "99999999999"})
  void theLengthOfTheJsonMustBeInTheBody(String length) throws Exception {
    Answer answer =
        send(
            request(INFER)
                .header("Inference-Header-Content-Length", length)
                .POST(BodyPublishers.ofString("{}")));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains("Inference-Header-Content-Length");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "-0.001", "255.001", "1e40"})
  void floatsMustBeFrom0To255(String value) throws Exception {
    String json =
        "{\"inputs\":[%s]}"
            .formatted(jsonInput("[" + value + ",1".repeat(3071) + "]").replace("UINT8", "FP32"));
    assertThat(post(INFER, json).error())
        .contains("Element 0 of the input 'image'", "from 0 to 255");

    byte[] tensor = floats(pixels(1));
    ByteBuffer.wrap(tensor).order(ByteOrder.LITTLE_ENDIAN).putFloat(8, Float.parseFloat(value));
    String head = "{\"inputs\":[%s]}".formatted(binaryInput(1, "FP32", 12288));
    assertThat(post(INFER, head, tensor).error()).contains("Element 2 of the input 'image'");
  }

  @Test
  void imagesAreLimitedInNumber() throws Exception {
    Answer over = post(INFER, "{\"inputs\":[%s]}".formatted(binaryInput(257, "UINT8", 257 * 3072)));
    assertThat(over.status()).isEqualTo(413);
    assertThat(over.error()).contains("257 images", "resnet.serving.max-images");
    byte[] tensor = new byte[256 * 3072];
    Answer most =
        post(
            INFER, "{\"inputs\":[%s]}".formatted(binaryInput(256, "UINT8", tensor.length)), tensor);
    assertThat(most.status()).isEqualTo(200);
    assertThat(most.json().at("/outputs/1/data").size()).isEqualTo(256);
  }

  @Test
  void errorsBeforeAControllerHaveTheProtocolsForm() throws Exception {
    Answer large = send(request(INFER).POST(BodyPublishers.ofByteArray(new byte[(32 << 20) + 1])));
    assertThat(large.status()).isEqualTo(413);
    assertThat(large.error()).contains("resnet.serving.max-body-size");
    assertThat(get("/v2/nothing").status()).isEqualTo(404);
    assertThat(get("/v2/nothing").error()).contains("/v2/nothing");
    assertThat(get(INFER).status()).isEqualTo(405);
    assertThat(get(INFER).error()).isNotEmpty();
    assertThat(get("/v2/models/net/versions/x").status()).isEqualTo(400);
    assertThat(get("/v2/models/net/versions/x").error()).isNotEmpty();
    Answer coded =
        send(request(INFER).header("Content-Encoding", "br").POST(BodyPublishers.ofString("{}")));
    assertThat(coded.status()).isEqualTo(415);
    assertThat(coded.error()).contains("gzip");
    assertThat(get("/v2x").type()).startsWith("application/problem+json");
  }

  @Test
  void unknownModelsAre404AndAllIsCounted() throws Exception {
    double rejected = count("net", "rejected");
    double succeeded = count("net", "success");
    double unknown = count("unknown", "rejected");
    assertThat(post("/v2/models/none/infer", "{}").status()).isEqualTo(404);
    assertThat(post("/v2/models/none/infer", "{}").error()).contains("no model 'none'");
    assertThat(post("/v2/models/net/versions/9/infer", "{}").status()).isEqualTo(404);
    assertThat(post(INFER, "{}").status()).isEqualTo(400);
    post(INFER, "{\"inputs\":[%s]}".formatted(binaryInput(1, "UINT8", 3072)), pixels(1));
    assertThat(count("unknown", "rejected") - unknown).isEqualTo(3);
    assertThat(count("net", "rejected") - rejected).isEqualTo(1);
    assertThat(count("net", "success") - succeeded).isEqualTo(1);
  }

  private double count(String model, String outcome) {
    var counter =
        meters
            .find("resnet.inference.requests")
            .tag("model", model)
            .tag("outcome", outcome)
            .counter();
    return counter == null ? 0 : counter.count();
  }
}
