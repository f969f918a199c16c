package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.api.EdgeCases;
import dev.resnet.api.JsonRequest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** What the OpenAPI document says of a request is what the service checks. */
class DeclaredLimitsTests extends JobsOverHttp {
  @Autowired private JsonRequest<TrainingJobRequest> request;

  @Test
  void everyDeclaredLimitIsEnforcedAtItsEdge() throws Exception {
    JsonNode schemas = json(get("/v3/api-docs"), 200).at("/components/schemas");
    EdgeCases edges = new EdgeCases(schemas, "TrainingJobRequest");
    assertThat(edges.count(true)).isGreaterThan(80);
    assertThat(edges.count(false)).isGreaterThan(200);
    assertThat(edges.treatedOtherwise(request)).isEmpty();
  }

  @Test
  void everyExampleIsAllowed() throws Exception {
    JsonNode examples =
        json(get("/v3/api-docs"), 200)
            .at(
                "/paths/~1api~1v1~1training-jobs/post/requestBody/content/application~1json/examples");
    assertThat(examples).hasSize(2);
    for (JsonNode example : examples) {
      byte[] body = JSON.writeValueAsBytes(example.get("value"));
      assertThat(request.read(body, (read, problems) -> {}).stackN()).isPositive();
    }
  }

  @Test
  void theLimitsOfEveryFieldAreDeclared() throws Exception {
    JsonNode schemas = json(get("/v3/api-docs"), 200).at("/components/schemas");
    JsonNode job = schemas.at("/TrainingJobRequest/properties");
    assertThat(job.at("/stack_n/maximum").intValue()).isEqualTo(200);
    assertThat(job.at("/epochs/maximum").intValue()).isEqualTo(10000);
    assertThat(job.at("/batch_size/maximum").intValue()).isEqualTo(4096);
    assertThat(job.at("/name/maxLength").intValue()).isEqualTo(100);
    assertThat(job.at("/model/maxLength").intValue()).isEqualTo(63);
    assertThat(job.at("/momentum/exclusiveMaximum").intValue()).isEqualTo(1);
    assertThat(job.at("/recipe/enum").toString()).isEqualTo("[\"paper\",\"fast\",\"small\",null]");
    assertThat(job.at("/recipe/default").stringValue()).isEqualTo("paper");
    assertThat(job.at("/stack_n/example").intValue()).isEqualTo(3);
    assertThat(schemas.at("/LearningRate/oneOf")).hasSize(4);
    for (String rate :
        new String[] {
          "/PiecewiseRate/properties/values/items",
          "/CosineRate/properties/peak",
          "/OneCycleRate/properties/peak",
          "/ConstantRate/properties/value"
        }) {
      assertThat(schemas.at(rate + "/exclusiveMinimum").intValue()).as(rate).isZero();
      assertThat(schemas.at(rate + "/exclusiveMinimum").isNumber()).as(rate).isTrue();
      assertThat(schemas.at(rate + "/maximum").intValue()).as(rate).isEqualTo(10);
    }
    assertThat(schemas.at("/PiecewiseRate/properties/boundaries/items/minimum").intValue())
        .isEqualTo(1);
  }
}
