package dev.resnet.sweeps.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.jobs.ScriptedJobs.Promoted;
import dev.resnet.jobs.web.JobsOverHttp;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** The queue has three places. */
class SweepHttpTests extends JobsOverHttp {
  private static final String SWEEPS = "/api/v1/sweeps";
  private static final String BASE =
      "\"base\": {\"stack_n\": 3, \"dataset\": \"synthetic\", \"epochs\": 2, \"batch_size\": 10}";

  @Autowired private Promoted promoted;

  /** Before the jobs are deleted. */
  @AfterEach
  void deleteSweeps() throws Exception {
    for (JsonNode sweep : json(get(SWEEPS + "?size=100"), 200).get("items")) {
      String path = SWEEPS + "/" + id(sweep);
      post(path + "/cancel", "");
      await().until(() -> delete(path + "?jobs=true").statusCode() == 204);
    }
    promoted.clear();
  }

  private JsonNode sweep(String rest) throws Exception {
    return json(post(SWEEPS, "{" + BASE + ", " + rest + "}"), 202);
  }

  private JsonNode finished(JsonNode sweep) {
    return await()
        .until(
            () -> json(get(SWEEPS + "/" + id(sweep)), 200),
            read -> read.get("finished").booleanValue());
  }

  private JsonNode job(JsonNode sweep, int number) throws Exception {
    for (JsonNode row : sweep.get("jobs")) {
      if (row.get("number").intValue() == number) {
        return json(get(JOBS + "/" + row.get("job").stringValue()), 200);
      }
    }
    throw new AssertionError("no job " + number);
  }

  private List<String> errors(String body) throws Exception {
    return json(post(SWEEPS, body), 400)
        .get("errors")
        .valueStream()
        .map(error -> error.get("field").stringValue() + " " + error.get("message").stringValue())
        .toList();
  }

  private List<String> errorsOf(String rest) throws Exception {
    return errors("{" + BASE + ", " + rest + "}");
  }

  @Test
  void aSweepBecomesAJobForEachCombination() throws Exception {
    HttpResponse<String> response =
        post(SWEEPS, "{\"name\": \"depths\", " + BASE + ", \"values\": {\"stack_n\": [1, 2, 5]}}");
    JsonNode sweep = json(response, 202);
    assertThat(response.headers().firstValue("Location")).hasValue(SWEEPS + "/" + id(sweep));
    assertThat(sweep.get("name").stringValue()).isEqualTo("depths");
    assertThat(sweep.get("size").intValue()).isEqualTo(3);
    assertThat(sweep.get("states").toString()).isEqualTo("{\"QUEUED\":3}");
    assertThat(sweep.get("request").at("/values/stack_n/2").intValue()).isEqualTo(5);

    JsonNode third = job(sweep, 3);
    assertThat(third.get("name").stringValue()).isEqualTo("depths #3 stack_n=5");
    assertThat(third.get("model").stringValue()).isEqualTo("resnet-32");
    assertThat(third.get("promote").stringValue()).isEqualTo("never");
    assertThat(third.get("sweep").stringValue()).isEqualTo(id(sweep));

    JsonNode list = json(get(SWEEPS), 200);
    assertThat(ids(list)).containsExactly(id(sweep));
    assertThat(list.get("items").get(0).get("finished").booleanValue()).isFalse();
    assertThat(detail(delete(SWEEPS + "/" + id(sweep)), 409)).contains("have not ended");
  }

  @Test
  void theTableRanksJobsAndMergesSeeds() throws Exception {
    training.allow(6);
    JsonNode sweep = finished(sweep("\"values\": {\"seed\": [1, 2, 3]}"));

    assertThat(sweep.get("ranked_by").stringValue()).isEqualTo("test_accuracy");
    assertThat(sweep.get("configurations").toString())
        .isEqualTo(
            "[{\"rank\":1,\"values\":{},\"mean\":0.99,\"deviation\":0.0,\"n\":3,\"size\":3}]");
    assertThat(sweep.get("jobs").get(1).get("rank").intValue()).isEqualTo(1);
    assertThat(sweep.get("jobs").get(1).get("epoch").intValue()).isEqualTo(2);

    HttpResponse<String> table =
        send(request(SWEEPS + "/" + id(sweep)).header("Accept", "text/csv"));
    assertThat(table.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
    assertThat(table.body().lines().toList())
        .hasSize(4)
        .startsWith(
            "rank,number,job,status,epoch,validation_accuracy,test_accuracy,stopped,"
                + "configuration_rank,mean,deviation,n,seed",
            "1,1," + sweep.at("/jobs/0/job").stringValue() + ",SUCCEEDED,2,,0.99,,1,0.99,0.0,3,1");

    JsonNode winner = json(post(SWEEPS + "/" + id(sweep) + "/promote", ""), 200);
    assertThat(winner.at("/job/model_version").intValue()).isEqualTo(7);
    assertThat(promoted).containsExactly("resnet-20/7");
  }

  @Test
  void cancellingASweepStopsAllItsJobs() throws Exception {
    JsonNode sweep = sweep("\"values\": {\"seed\": [1, 2]}");
    String path = SWEEPS + "/" + id(sweep);
    assertThat(detail(post(path + "/promote", ""), 409)).contains("has succeeded yet");
    json(post(path + "/cancel", ""), 202);
    assertThat(finished(sweep).get("states").toString()).isEqualTo("{\"CANCELLED\":2}");
    assertThat(delete(path).statusCode()).isEqualTo(204);
    assertThat(detail(get(path), 404)).isEqualTo("There is no sweep %s.".formatted(id(sweep)));
    assertThat(json(get(JOBS), 200).get("total_items").intValue()).isEqualTo(2);
  }

  @Test
  void aSweepThatIsSentTwiceIsQueuedOnce() throws Exception {
    String body = "{" + BASE + ", \"values\": {\"seed\": [1]}}";
    HttpResponse<String> first = keyed(body);
    HttpResponse<String> second = keyed(body);
    assertThat(second.statusCode()).isEqualTo(202);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.headers().firstValue("Location"))
        .isEqualTo(first.headers().firstValue("Location"));
    assertThat(json(get(SWEEPS), 200).get("total_items").intValue()).isEqualTo(1);
    assertThat(keyed(body.replace("[1]", "[2]")).statusCode()).isEqualTo(422);
  }

  private HttpResponse<String> keyed(String body) throws Exception {
    return send(
        request(SWEEPS)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "sweep-1")
            .POST(BodyPublishers.ofString(body)));
  }

  @Test
  void ifTheQueueHasNoPlaceForAllJobsNoneIsQueued() throws Exception {
    String four = "{" + BASE + ", \"values\": {\"seed\": [1, 2, 3, 4]}}";
    HttpResponse<String> response = post(SWEEPS, four);
    assertThat(detail(response, 429)).contains("4", "resnet.jobs.queue-capacity");
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    assertThat(json(get(JOBS), 200).get("total_items").intValue()).isZero();
    assertThat(json(get(SWEEPS), 200).get("total_items").intValue()).isZero();
  }

  @Test
  void fieldsAreSetBeforeTheRecipeAndFieldsOfObjectsAfterIt() throws Exception {
    JsonNode sweep =
        sweep(
            "\"values\": {\"recipe\": [\"fast\"], \"epochs\": [8], \"learning_rate.peak\": [0.3]}");
    assertThat(job(sweep, 1).at("/config/learning_rate").toString())
        .isEqualTo("{\"schedule\":\"one_cycle\",\"peak\":0.3,\"warmup_epochs\":2.0}");
    assertThat(job(sweep, 1).get("name").stringValue())
        .isEqualTo("sweep #1 recipe=fast epochs=8 learning_rate.peak=0.3");
  }

  @Test
  void wholeObjectsAndNullAreValuesToo() throws Exception {
    JsonNode sweep =
        sweep(
            """
            "values": {"learning_rate": [{"schedule": "constant", "value": 0.1},
                                         {"schedule": "cosine", "peak": 0.2}],
                       "train_limit": [null]}""");
    assertThat(job(sweep, 2).at("/config/learning_rate/peak").doubleValue()).isEqualTo(0.2);
    String table = send(request(SWEEPS + "/" + id(sweep)).header("Accept", "text/csv")).body();
    assertThat(table).contains(",\"{\"\"schedule\"\":\"\"cosine\"\",\"\"peak\"\":0.2}\",\r\n");
  }

  @Test
  void aRandomSweepHasAsManyJobsAsItsLimit() throws Exception {
    JsonNode sweep =
        sweep(
            "\"values\": {\"stack_n\": [1, 2, 3], \"seed\": [1, 2, 3, 4]}, \"mode\": \"random\","
                + " \"limit\": 2, \"seed\": 1");
    assertThat(sweep.get("jobs")).hasSize(2);
    assertThat(sweep.at("/jobs/0/values").toString()).isEqualTo("{\"stack_n\":3,\"seed\":4}");
  }

  @Test
  void everyBadFieldIsNamedAtOnce() throws Exception {
    assertThat(
            errors(
                """
                {"name": "", "base": {"stack_n": 3, "dataset": "synthetic", "epochs": 0,
                  "momentum": 2, "recipe": "fast", "name": "x"},
                 "values": {"learning_rate.peak": [0.1, 99], "augmentation.cutoff": [1],
                   "weight_decay": [0.1, "a", 0.1], "seed": 3, "label_smoothing": []},
                 "mode": "all"}"""))
        .containsExactly(
            "name must be a text of 1 to 100 characters: printable characters, not blank, was \"\"",
            "mode must be one of \"grid\", \"random\", was \"all\"",
            "base.name is not a field here: the jobs are named after the sweep",
            "values.augmentation.cutoff is not a known field; did you mean 'augmentation.cutout'?",
            "values.weight_decay[2] is the same as values.weight_decay[0]",
            "values.seed must be a list of values, […]",
            "values.label_smoothing must be a list of values, […]",
            "base.epochs must be a whole number from 1 to 10000, was 0",
            "base.momentum must be a number at least 0 and less than 1, was 2",
            "values.learning_rate.peak[1] must be a number greater than 0 and at most 10, was 99",
            "values.weight_decay[1] must be a number at least 0 and at most 1, was \"a\"");
    assertThat(errors("{}")).containsExactly("base is required", "values is required");
    assertThat(errors("{\"base\": 1, \"values\": []}"))
        .containsExactly(
            "base must be an object, {…}, was 1", "values must be an object, {…}, was a list");
    assertThat(errorsOf("\"values\": {}"))
        .containsExactly("values must have at least one path, such as \"seed\": [1, 2, 3]");
    assertThat(errors("{\"base\": {\"dataset\": \"synthetic\"}, \"values\": {\"seed\": [1]}}"))
        .containsExactly("base.stack_n is required");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'name': ['a']|values.name can't be varied: the jobs are named after the sweep",
        "'model': ['a']|values.model can't be varied; set it in base",
        "'dataset': ['a']|values.dataset can't be varied: accuracies on different images don't compare",
        "'stack': [1]|values.stack is not a known field; did you mean 'stack_n'?",
        "'learning_rate.peek': [1]|values.learning_rate.peek is not a known field; did you mean"
            + " 'learning_rate.peak'?",
        "'seeds': [1]|values.seeds is not a known field; did you mean 'seed'?",
        "'learning_rate.peak': [1, 2]|values.learning_rate.peak is not a field of this job's"
            + " learning_rate, whose schedule is constant (schedule, value); set"
            + " base.learning_rate, or give whole objects in values.learning_rate",
        "'early_stopping.patience': [1, 2]|values.early_stopping.patience has no place:"
            + " early_stopping is null in this job; set it in base",
        "'weight_decay': [1, 1.0]|values.weight_decay[1] is the same as values.weight_decay[0]",
        "'weight_decay': [null, 0.0001]|values give the same job twice, as 'sweep #1"
            + " weight_decay=null' and as 'sweep #2 weight_decay=1.0E-4'",
        "'batch_size': [10, 200]|values.batch_size[1] must be at most 100, the number of training"
            + " images, was 200: there would be no full batch",
        "'train_limit': [5, 50]|base.batch_size must be at most 5, the number of training images,"
            + " was 10: there would be no full batch (with train_limit=5)"
      })
  void aBadValueIsNamed(String values, String error) throws Exception {
    assertThat(errorsOf("\"values\": {" + values.replace('\'', '"') + "}")).containsExactly(error);
  }

  @Test
  void anErrorOfSomeJobsSaysWithWhichValues() throws Exception {
    assertThat(
            errorsOf(
                """
                "values": {"epochs": [2, 9],
                  "learning_rate": [{"schedule": "cosine", "peak": 0.1, "warmup_epochs": 5}]}"""))
        .containsExactly(
            "values.learning_rate[0].warmup_epochs must be less than epochs, which is 2, was 5.0"
                + " (with epochs=2 learning_rate={\"schedule\":\"cosine\",\"peak\":0.1,"
                + "\"warmup_epochs\":5})");
  }

  @Test
  void theNumberOfJobsIsLimited() throws Exception {
    String many = "\"values\": {\"seed\": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],";
    String epochs = "\"epochs\": [1,2,3,4,5,6,7,8,9,10,11,12,13,14]}";
    assertThat(errorsOf(many + epochs))
        .containsExactly(
            "values have 210 combinations, more than the 200 that resnet.sweeps.max-jobs allows;"
                + " give fewer values, or mode random with a limit");
    String most = many.replace("11,12,13,14,15", "11,12,13,14,15,16,17,18,19,20");
    String just = most + "\"epochs\": [1,2,3,4,5,6,7,8,9,10]}";
    assertThat(post(SWEEPS, "{" + BASE + ", " + just + "}").statusCode()).isEqualTo(429);
    assertThat(errorsOf(many + epochs + ", \"limit\": 9"))
        .containsExactly(
            "values have 210 combinations, more than the 9 that limit allows; give fewer values,"
                + " or mode random with a limit");
    assertThat(errorsOf(many + epochs + ", \"mode\": \"random\""))
        .containsExactly("limit is required with mode random: the number of jobs");
    assertThat(errorsOf(many + epochs + ", \"mode\": \"random\", \"limit\": 201"))
        .containsExactly("limit must be at most 200 (resnet.sweeps.max-jobs), was 201");
  }

  @Test
  void theMedianRuleNeedsValidationImages() throws Exception {
    String rest = "\"values\": {\"seed\": [1, 2]}, \"stop\": {\"after_epochs\": 1}";
    assertThat(errorsOf(rest))
        .containsExactly(
            "stop needs validation images in every job: set base.validation_fraction above 0, such"
                + " as 0.1");
    assertThat(errorsOf("\"values\": {\"seed\": [1]}, \"stop\": {\"rule\": \"mean\"}"))
        .first()
        .isEqualTo("stop.rule must be one of \"median\", was \"mean\"");
    json(
        post(SWEEPS, "{" + BASE.replace("10}", "10, \"validation_fraction\": 0.2}, ") + rest + "}"),
        202);
  }

  @Test
  void everyExampleIsAllowed() throws Exception {
    JsonNode examples =
        json(get("/v3/api-docs"), 200)
            .at("/paths/~1api~1v1~1sweeps/post/requestBody/content/application~1json/examples");
    assertThat(examples).hasSize(2);
    for (JsonNode example : examples) {
      // More jobs than this queue has places for; the data set is smaller than the real one.
      HttpResponse<String> answer = post(SWEEPS, JSON.writeValueAsString(example.get("value")));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
    }
  }
}
