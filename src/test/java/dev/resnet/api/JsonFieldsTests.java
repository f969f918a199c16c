package dev.resnet.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTests {
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]+");
  private static final String NAME_DESCRIPTION = "lower-case letters, digits and '-'";

  private enum Engine {
    AUTO,
    ONE_DNN
  }

  @Test
  void readsEveryKindOfField() {
    JsonFields fields =
        read(
            """
            {"whole": 3, "long": 9007199254740993, "number": 1, "flag": true, "name": "resnet-20",
             "engine": "one_dnn", "rate": {"peak": 0.5}, "values": [0.1, 1], "steps": [1, 2],
             "images": ["a", ""], "limit": 7}""");

    assertThat(fields.integer("whole", 1, 1, 10)).isEqualTo(3);
    assertThat(fields.integer64("long", 0, 0, Long.MAX_VALUE)).isEqualTo(9007199254740993L);
    assertThat(fields.number("number", 0, Range.closed(0, 1))).isEqualTo(1.0);
    assertThat(fields.bool("flag", false)).isTrue();
    assertThat(fields.text("name", null, 20, NAME, NAME_DESCRIPTION)).isEqualTo("resnet-20");
    assertThat(fields.choice("engine", Engine.AUTO, Engine.class)).isEqualTo(Engine.ONE_DNN);
    assertThat(fields.object("rate").orElseThrow().number("peak", 0, Range.closed(0, 1)))
        .isEqualTo(0.5);
    assertThat(fields.numbers("values")).containsExactly(0.1, 1.0);
    assertThat(fields.integers("steps")).containsExactly(1, 2);
    assertThat(fields.texts("images")).containsExactly("a", "");
    assertThat(fields.optionalInteger("limit", 1, 10)).isEqualTo(7);
    fields.finish();
  }

  @Test
  void absentAndNullFieldsHaveTheirDefaults() {
    JsonFields fields = read("{\"whole\": null, \"rate\": null, \"values\": null}");

    assertThat(fields.has("whole")).isFalse();
    assertThat(fields.integer("whole", 5, 1, 10)).isEqualTo(5);
    assertThat(fields.integer("absent", -1, 1, 10)).as("the default need not fit").isEqualTo(-1);
    assertThat(fields.object("rate")).isEmpty();
    assertThat(fields.numbers("values")).isEmpty();
    assertThat(fields.optionalInteger("limit", 1, 10)).isNull();
    assertThat(fields.text("name", null, 20, NAME, NAME_DESCRIPTION)).isNull();
    assertThat(fields.choice("engine", null, Engine.class)).isNull();
    fields.finish();
  }

  @Test
  void reportsEveryBadFieldAtOnce() {
    JsonFields fields =
        read(
            """
            {"stack_n": "three", "epohcs": 5, "momentum": 1, "engine": "cuda", "name": "Ümlaut",
             "flag": 1, "rate": {"peak": 0, "warmup": 1}, "values": [1, "x"], "other": true}""");
    fields.required("model");
    fields.integer("stack_n", 1, 1, 200);
    fields.integer("epochs", 1, 1, 1000);
    fields.number("momentum", 0.9, Range.closedOpen(0, 1));
    fields.choice("engine", Engine.AUTO, Engine.class);
    fields.text("name", null, 20, NAME, NAME_DESCRIPTION);
    fields.bool("flag", true);
    fields
        .object("rate")
        .ifPresent(
            rate -> {
              rate.number("peak", 0.1, Range.openClosed(0, 10));
              rate.integer("warmup_epochs", 0, 0, 10);
            });
    fields.numbers("values");
    fields.error("values", "must have two elements");

    assertThat(errors(fields))
        .containsExactlyInAnyOrder(
            new FieldError("model", "is required"),
            new FieldError("stack_n", "must be a whole number from 1 to 200, was \"three\""),
            new FieldError("momentum", "must be a number at least 0 and less than 1, was 1"),
            new FieldError("engine", "must be one of \"auto\", \"one_dnn\", was \"cuda\""),
            new FieldError(
                "name",
                "must be a text of 1 to 20 characters: lower-case letters, digits and '-',"
                    + " was \"Ümlaut\""),
            new FieldError("flag", "must be true or false, was 1"),
            new FieldError("rate.peak", "must be a number greater than 0 and at most 10, was 0"),
            new FieldError("rate.warmup", "is not a known field"),
            new FieldError("values[1]", "must be a number, was \"x\""),
            new FieldError("values", "must have two elements"),
            new FieldError("epohcs", "is not a known field; did you mean 'epochs'?"),
            new FieldError("other", "is not a known field"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.0", "\"3\"", "3.5", "0", "201", "99999999999999999999", "true", "[3]"})
  void anIntegerIsAnIntegralJsonNumberInItsRange(String value) {
    JsonFields fields = read("{\"stack_n\": " + value + "}");
    fields.integer("stack_n", 1, 1, 200);
    assertThat(errors(fields)).extracting(FieldError::field).containsExactly("stack_n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "200"})
  void theEndsOfAnIntegersRangeAreAllowed(String value) {
    JsonFields fields = read("{\"stack_n\": " + value + "}");
    assertThat(fields.integer("stack_n", 0, 1, 200)).hasToString(value);
    fields.finish();
  }

  @Test
  void aNumberBeyondDoublesIsRefused() {
    JsonFields fields = read("{\"rate\": 1e999, \"values\": [1e999]}");
    fields.number("rate", 0.1, Range.atLeast(0));
    fields.numbers("values");
    assertThat(errors(fields)).extracting(FieldError::field).containsExactly("rate", "values[0]");
  }

  @ParameterizedTest
  @CsvSource({
    "epoch, epochs",
    "Epochs, epochs",
    "epochss, epochs",
    "batchsize, batch_size",
    "sede, seed"
  })
  void suggestsTheNameThatWasMeant(String misspelt, String meant) {
    JsonFields fields = read("{\"" + misspelt + "\": 1}");
    for (String name : List.of("epochs", "batch_size", "seed", "n")) {
      fields.integer(name, 1, 1, 10);
    }
    assertThat(errors(fields))
        .containsExactly(
            new FieldError(misspelt, "is not a known field; did you mean '" + meant + "'?"));
  }

  @Test
  void suggestsNothingForAnotherWord() {
    JsonFields fields = read("{\"xy\": 1, \"dropout\": 1}");
    fields.integer("n", 1, 1, 10);
    fields.integer("id", 1, 1, 10);
    assertThat(errors(fields)).extracting(FieldError::message).containsOnly("is not a known field");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": 1,}|line 1, column 9",
        "{\"a\": 1|line 1, column",
        "{'a': 1}|line 1, column 2",
        "{\"a\": NaN}|line 1, column",
        "{\"a\": 1, \"a\": 2}|Duplicate",
        "{\"a\": 1} x|line 1, column",
        "[1]|is a list",
        "3|is a number",
        "null|is null",
        "`  `|blank",
        "``|empty"
      })
  void saysWhereABodyIsNoJsonObject(String body, String expected) {
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(() -> read(body))
        .withMessageContaining(expected)
        .satisfies(
            problem -> {
              assertThat(problem.status().value()).isEqualTo(400);
              assertThat(problem.getMessage()).doesNotContain("jackson", "Source", "Exception");
            });
  }

  @Test
  void refusesDeepNesting() {
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(() -> read("{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}"))
        .withMessageContaining("nesting depth");
  }

  @Test
  void aFloodOfUnknownFieldsGetsAShortAnswer() {
    StringBuilder body = new StringBuilder("{\"x\": 1");
    for (int i = 0; i < 5000; i++) {
      body.append(", \"unknown").append(i).append("\": 1");
    }
    JsonFields fields = read(body.append("}").toString());
    ProblemException problem = catchThrowableOfType(ProblemException.class, fields::finish);
    assertThat(problem.errors()).hasSize(100);
    assertThat(problem).hasMessageContaining("5001 fields").hasMessageContaining("first 100");
  }

  @Test
  void onlyTheOutermostObjectIsFinished() {
    JsonFields inner = read("{\"rate\": {}}").object("rate").orElseThrow();
    assertThatIllegalStateException().isThrownBy(inner::finish);
  }

  private static JsonFields read(String json) {
    return JsonFields.of(json.getBytes(UTF_8));
  }

  private static List<FieldError> errors(JsonFields fields) {
    return catchThrowableOfType(ProblemException.class, fields::finish).errors();
  }
}
