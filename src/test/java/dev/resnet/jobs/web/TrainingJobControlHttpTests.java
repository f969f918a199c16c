package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.api.EdgeCases;
import dev.resnet.api.JsonRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Pausing, changing, estimating, and sending a submission twice. */
class TrainingJobControlHttpTests extends JobsOverHttp {
  @Autowired private JsonRequest<TrainingJobChange> change;

  @Test
  void aJobIsPausedAndResumed() throws Exception {
    JsonNode job = awaitStatus(id(submit(SMALL)), "RUNNING");
    assertThat(job.get("pause_requested").booleanValue()).isFalse();
    json(post(path(job) + "/pause", ""), 202);
    JsonNode paused = awaitStatus(id(job), "PAUSED");
    assertThat(paused.get("pause_requested").booleanValue()).isFalse();
    assertThat(paused.get("cancel_requested").booleanValue()).isFalse();
    assertThat(paused.get("waiting_for").isNull()).isTrue();
    assertThat(detail(post(path(job) + "/pause", ""), 409))
        .endsWith("can't be paused again; POST %s/resume resumes it.".formatted(path(job)));
    assertThat(detail(delete(path(job)), 409)).contains("is PAUSED; cancel it");
    assertThat(json(post(path(job) + "/resume", ""), 202).get("status").stringValue())
        .isIn("QUEUED", "RUNNING");
    training.allow(3);
    awaitStatus(id(job), "SUCCEEDED");
    assertThat(detail(post(path(job) + "/pause", ""), 409)).endsWith(": it has ended.");
  }

  @Test
  void nameAndPriorityAreChangedAndNothingElse() throws Exception {
    JsonNode running = awaitStatus(id(submit(SMALL)), "RUNNING");
    assertThat(running.get("priority").intValue()).isZero();
    assertThat(running.get("sweep").isNull()).isTrue();
    JsonNode waiting = submit(SMALL.replace("}", ", \"priority\": -3}"));
    assertThat(waiting.get("priority").intValue()).isEqualTo(-3);
    JsonNode changed =
        json(
            patch(path(waiting), "{\"name\":\"other\",\"priority\":100}", "application/json"), 200);
    assertThat(changed.get("name").stringValue()).isEqualTo("other");
    assertThat(changed.get("priority").intValue()).isEqualTo(100);
    JsonNode again = json(patch(path(waiting), "{\"name\":null}", MERGE), 200);
    assertThat(again.get("name").stringValue()).isEqualTo("other");
    assertThat(
            json(patch(path(running), "{\"priority\":5}", MERGE), 200).get("status").stringValue())
        .isEqualTo("RUNNING");

    json(post(path(waiting) + "/cancel", ""), 202);
    assertThat(detail(patch(path(waiting), "{\"name\":\"x\",\"priority\":1}", MERGE), 409))
        .endsWith("can't be given another priority: it has ended; resume it first.");
    assertThat(json(get(path(waiting)), 200).get("name").stringValue()).isEqualTo("other");
    json(patch(path(waiting), "{\"name\":\"x\"}", MERGE), 200);
    assertThat(detail(patch(path(waiting), "{\"prio\":1}", MERGE), 400)).contains("prio");
    json(patch(path(waiting), "{}", "text/plain"), 415);
    assertThat(detail(patch(JOBS + "/none", "{}", MERGE), 404)).contains("none");
  }

  @Test
  void everyDeclaredLimitOfAChangeIsEnforcedAtItsEdge() throws Exception {
    JsonNode schemas = json(get("/v3/api-docs"), 200).at("/components/schemas");
    assertThat(schemas.at("/TrainingJobChange/properties/name/maxLength").intValue())
        .isEqualTo(100);
    EdgeCases edges = new EdgeCases(schemas, "TrainingJobChange");
    assertThat(edges.treatedOtherwise(change)).isEmpty();
  }

  @Test
  void anEstimateSaysWhatAJobWouldTake() throws Exception {
    String body = SMALL.replace("\"batch_size\": 10", "\"batch_size\": 7");
    JsonNode unmeasured = json(post(JOBS + "/estimate", body), 200);
    assertThat(unmeasured.get("parameters").intValue()).isPositive();
    assertThat(unmeasured.get("fits").booleanValue()).isTrue();
    assertThat(unmeasured.get("memory").isNull()).isTrue();
    assertThat(unmeasured.get("engine").stringValue()).isEqualTo("dl4j");
    assertThat(unmeasured.get("seconds_per_epoch").isNull()).isTrue();
    assertThat(unmeasured.get("source").isNull()).isTrue();
    assertThat(json(get(JOBS), 200).get("total_items").intValue()).isZero();

    training.allow(3);
    JsonNode job = awaitStatus(id(submit(body)), "SUCCEEDED");
    JsonNode measured = json(post(JOBS + "/estimate", body), 200);
    assertThat(measured.get("seconds_per_epoch").doubleValue()).isEqualTo(1.5);
    assertThat(measured.get("seconds").doubleValue()).isEqualTo(4.5);
    assertThat(measured.at("/source/job").stringValue()).isEqualTo(id(job));
    assertThat(measured.at("/source/epochs").intValue()).isEqualTo(3);
    JsonNode other = json(post(JOBS + "/estimate", SMALL), 200);
    assertThat(other.get("seconds_per_epoch").isNull()).isTrue();

    JsonNode deep =
        json(post(JOBS + "/estimate", "{\"stack_n\":101,\"dataset\":\"synthetic\"}"), 200);
    assertThat(deep.get("fits").booleanValue()).isFalse();
    assertThat(deep.get("refusal").stringValue()).startsWith("It would take 70 GB");
    assertThat(detail(post(JOBS + "/estimate", "{\"stack_n\":0,\"dataset\":\"synthetic\"}"), 400))
        .contains("stack_n");
  }

  @Test
  void aSubmissionThatIsSentTwiceMakesOneJob() throws Exception {
    HttpResponse<String> first = submit("key-1", SMALL);
    assertThat(first.statusCode()).isEqualTo(202);
    assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
    awaitStatus(id(JSON.readTree(first.body())), "RUNNING");
    for (String key : List.of("key-1", "\"key-1\"")) {
      HttpResponse<String> again = submit(key, SMALL);
      assertThat(again.statusCode()).isEqualTo(202);
      assertThat(again.body()).isEqualTo(first.body());
      assertThat(again.headers().firstValue("Location"))
          .isEqualTo(first.headers().firstValue("Location"));
      assertThat(again.headers().firstValue("Content-Type"))
          .isEqualTo(first.headers().firstValue("Content-Type"));
      assertThat(again.headers().firstValue("Idempotent-Replayed")).hasValue("true");
    }
    assertThat(json(get(JOBS), 200).get("total_items").intValue()).isEqualTo(1);
    assertThat(detail(submit("key-1", SMALL.replace("3", "2")), 422))
        .startsWith("This Idempotency-Key was sent with another request.");
    json(submit("key-2", SMALL), 202);
    assertThat(json(get(JOBS), 200).get("total_items").intValue()).isEqualTo(2);
  }

  @Test
  void afterAnErrorTheKeyIsFree() throws Exception {
    detail(submit("key-3", "{\"stack_n\":0}"), 400);
    detail(submit("key-3", "{\"stack_n\":101,\"dataset\":\"synthetic\"}"), 422);
    awaitStatus(id(submit(SMALL)), "RUNNING");
    List<JsonNode> waiting = List.of(submit(SMALL), submit(SMALL), submit(SMALL));
    detail(submit("key-3", SMALL), 429);
    post(path(waiting.get(0)) + "/cancel", "");
    HttpResponse<String> accepted = submit("key-3", SMALL);
    json(accepted, 202);
    assertThat(submit("key-3", SMALL).body()).isEqualTo(accepted.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"", "\"\"", "\"a", "a b", "\"a b\"", "\"a\"b", "\"a\";x=1"})
  void anInvalidKeyIsRefused(String key) throws Exception {
    assertThat(detail(submit(key, SMALL), 400))
        .contains("Idempotency-Key must be 1 to 255 visible ASCII characters");
  }

  @ParameterizedTest
  @CsvSource({"255, 202", "256, 400"})
  void theLongestKeyHas255Characters(int length, int status) throws Exception {
    json(submit("k".repeat(length), SMALL), status);
    json(submit("\"" + "q".repeat(length) + "\"", SMALL), status);
  }

  private static final String MERGE = "application/merge-patch+json";

  private HttpResponse<String> patch(String path, String body, String type) throws Exception {
    return send(
        request(path).header("Content-Type", type).method("PATCH", BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> submit(String key, String body) throws Exception {
    return send(
        request(JOBS)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body)));
  }
}
