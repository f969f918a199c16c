package dev.resnet.oip.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.api.Tagged;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Health and metadata over HTTP. */
class MetadataTests extends InferenceOverHttp {

  @Test
  void theServerIsLiveAndReadyAndNamesItsExtensions() throws Exception {
    assertThat(get("/v2/health/live").json().toString()).isEqualTo("{\"live\":true}");
    assertThat(get("/v2/health/ready").json().toString()).isEqualTo("{\"ready\":true}");
    assertThat(get("/v2").json().get("name").asString()).isEqualTo("resnet-service");
    assertThat(get("/v2").json().get("extensions").toString())
        .contains("binary_tensor_data", "classification");
  }

  @Test
  void aModelNamesItsTensorsAndItsPrecision() throws Exception {
    // It is known once the version is in memory.
    assertThat(
            post(INFER, "{\"inputs\": [" + jsonInput("[" + elements(pixels(1)) + "]") + "]}")
                .status())
        .isEqualTo(200);
    assertThat(get("/v2/models/net").json().toString())
        .isEqualTo(
            "{\"name\":\"net\",\"versions\":[\"1\",\"2\"],\"platform\":\"deeplearning4j_zip\","
                + "\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[-1,32,32,3]}],"
                + "\"outputs\":[{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[-1,10]},"
                + "{\"name\":\"label\",\"datatype\":\"BYTES\",\"shape\":[-1]}],"
                + "\"properties\":{\"precision\":\"float32\"}}");
    assertThat(get("/v2/models/net/versions/1").json().get("versions").toString())
        .isEqualTo("[\"1\"]");
    assertThat(get("/v2/models/none").status()).isEqualTo(404);
    assertThat(get("/v2/models/none").error()).contains("no model 'none'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v2/models/net/ready", "/v2/models/net/versions/1/ready"})
  void eachVersionIsReady(String path) throws Exception {
    assertThat(get(path).json().toString()).isEqualTo("{\"name\":\"net\",\"ready\":true}");
    assertThat(get(path.replace("net", "none")).status()).isEqualTo(404);
  }

  @Test
  void theIndexListsAllVersions() throws Exception {
    for (String body : new String[] {"", "{}", "{\"ready\": true}"}) {
      Answer answer = post("/v2/repository/index", body);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().toString())
          .contains("{\"name\":\"net\",\"version\":\"2\",\"state\":\"READY\",\"reason\":\"\"}")
          .contains("{\"name\":\"other\",\"version\":\"1\"");
    }
    assertThat(post("/v2/repository/index", "{\"ready\": 1}").status()).isEqualTo(400);
    assertThat(post("/v2/repository/index", "nonsense").error()).contains("can't be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v2", "/v2/models/net", "/v2/models/net/versions/1"})
  void metadataIsNotSentAgainWhileItIsTheSame(String path) throws Exception {
    int port = environment.getRequiredProperty("local.server.port", Integer.class);
    new Tagged(port, path).assertUnchanged();
  }
}
