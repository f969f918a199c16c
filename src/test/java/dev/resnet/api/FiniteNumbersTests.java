package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.DoubleNode;

class FiniteNumbersTests extends ApiOverHttp {
  @Test
  void whatIsNotFiniteIsNullInEveryAnswer() throws Exception {
    assertThat(get("/numbers").body())
        .isEqualTo(
            "{\"one\":null,\"two\":null,\"three\":null,\"four\":[1.5,null],\"five\":[2.5,null]}");
  }

  @Test
  void holdsForTreesAndMapsToo() {
    JsonMapper mapper = JsonMapper.builder(FiniteNumbers.factory()).build();
    var map = Map.of("a", new Object[] {new DoubleNode(Double.NaN), Float.NaN, 3, 0.1f, 1e-300});
    assertThat(mapper.writeValueAsString(map)).isEqualTo("{\"a\":[null,null,3,0.1,1.0E-300]}");
    assertThat(mapper.writeValueAsString(mapper.valueToTree(map)))
        .isEqualTo("{\"a\":[null,null,3,0.1,1.0E-300]}");
  }
}
