package dev.resnet.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.annotations.extensions.Extension;
import io.swagger.v3.oas.annotations.extensions.ExtensionProperty;
import io.swagger.v3.oas.annotations.media.DiscriminatorMapping;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.models.Components;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class JsonRequestTests {
  private static final JsonRequest<Job> JOB = JsonRequest.of(Job.class).maximum("epochs", 50);

  private enum Engine {
    AUTO,
    ONE_DNN
  }

  @Schema(name = "Job")
  private record Job(
      @NotNull @Min(1) @Max(200) Integer stackN,
      @Min(1) @Nullable Integer epochs,
      @Nullable Long seed,
      @DecimalMin("0") @DecimalMax(value = "1", inclusive = false) @Nullable Double momentum,
      @Nullable Boolean flag,
      @Schema(
              extensions =
                  @Extension(
                      properties =
                          @ExtensionProperty(
                              name = "x-allowed",
                              value = "lower-case letters, digits and '-'")))
          @Size(min = 1, max = 20)
          @Pattern(regexp = "^[a-z0-9-]+$")
          @Nullable String name,
      @Nullable Engine engine,
      @Nullable Rate rate,
      @Nullable Inner inner,
      @Nullable List<@DecimalMin(value = "0", inclusive = false) Double> values,
      @Nullable List<Engine> engines) {}

  @Schema(name = "Inner")
  private record Inner(@Min(0) @Nullable Integer padding) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @Schema(
      name = "Rate",
      discriminatorProperty = "kind",
      oneOf = {Peak.class, Flat.class},
      discriminatorMapping = {
        @DiscriminatorMapping(value = "peak", schema = Peak.class),
        @DiscriminatorMapping(value = "flat", schema = Flat.class)
      })
  private sealed interface Rate {}

  @JsonTypeName("peak")
  @Schema(name = "Peak")
  private record Peak(@NotNull @DecimalMax("10") Double top, @Nullable Integer warmup)
      implements Rate {}

  @JsonTypeName("flat")
  @Schema(name = "Flat")
  private record Flat(@NotNull Double value) implements Rate {}

  @Test
  void readsEveryKindOfField() {
    assertThat(
            read(
                """
                {"stack_n": 200, "epochs": 50, "seed": 9007199254740993, "momentum": 0, "flag": true,
                 "name": "resnet-20", "engine": "one_dnn", "rate": {"kind": "peak", "top": 0.5},
                 "inner": {"padding": 1}, "values": [0.1, 1], "engines": ["auto", "one_dnn"]}"""))
        .isEqualTo(
            new Job(
                200,
                50,
                9007199254740993L,
                0.0,
                true,
                "resnet-20",
                Engine.ONE_DNN,
                new Peak(0.5, null),
                new Inner(1),
                List.of(0.1, 1.0),
                List.of(Engine.AUTO, Engine.ONE_DNN)));
  }

  @Test
  void fieldsThatAreNotRequiredMayBeAbsentOrNull() {
    Job job = new Job(1, null, null, null, null, null, null, null, null, null, null);
    assertThat(read("{\"stack_n\": 1}")).isEqualTo(job);
    assertThat(
            read(
                "{\"stack_n\": 1, \"epochs\": null, \"name\": null, \"rate\": null, \"values\": null}"))
        .isEqualTo(job);
    assertThat(errors("{\"stack_n\": null}"))
        .containsExactly(new FieldError("stack_n", "is required"));
  }

  @Test
  void reportsEveryBadFieldAtOnce() {
    assertThat(
            errors(
                """
                {"stack_n": "three", "epohcs": 5, "epochs": 51, "momentum": 1, "engine": "cuda",
                 "name": "Ümlaut", "flag": 1, "rate": {"kind": "peak", "top": 11, "warm": 1},
                 "inner": [], "values": [1, "x", 0, null], "other": true}"""))
        .containsExactly(
            new FieldError("stack_n", "must be a whole number from 1 to 200, was \"three\""),
            new FieldError("epochs", "must be a whole number from 1 to 50, was 51"),
            new FieldError("momentum", "must be a number at least 0 and less than 1, was 1"),
            new FieldError("flag", "must be true or false, was 1"),
            new FieldError(
                "name",
                "must be a text of 1 to 20 characters: lower-case letters, digits and '-',"
                    + " was \"Ümlaut\""),
            new FieldError("engine", "must be one of \"auto\", \"one_dnn\", was \"cuda\""),
            new FieldError("rate.top", "must be a number at most 10, was 11"),
            new FieldError("rate.warm", "is not a known field; did you mean 'warmup'?"),
            new FieldError("inner", "must be an object, {…}, was a list"),
            new FieldError("values[1]", "must be a number greater than 0, was \"x\""),
            new FieldError("values[2]", "must be a number greater than 0, was 0"),
            new FieldError("values[3]", "must be a number greater than 0, was null"),
            new FieldError("epohcs", "is not a known field; did you mean 'epochs'?"),
            new FieldError("other", "is not a known field"));
  }

  @Test
  void rulesSeeWhatIsRightAndAddToWhatIsWrong() {
    ProblemException problem =
        catchThrowableOfType(
            ProblemException.class,
            () ->
                JOB.read(
                    "{\"stack_n\": 0, \"epochs\": 7, \"values\": [1, -1, 2]}".getBytes(UTF_8),
                    (job, problems) -> {
                      assertThat(job.stackN()).isNull();
                      assertThat(job.epochs()).isEqualTo(7);
                      assertThat(job.values()).isEqualTo(Arrays.asList(1.0, null, 2.0));
                      assertThat(problems.none("epochs", "value", "values[0]")).isTrue();
                      assertThat(problems.none("values")).isFalse();
                      assertThat(problems.none("epochs", "stack_n")).isFalse();
                      problems.add("epochs", "must be more than the values");
                    }));
    assertThat(problem.errors())
        .extracting(FieldError::field)
        .containsExactly("stack_n", "values[1]", "epochs");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|rate.kind|is required",
        "{\"kind\": null}|rate.kind|is required",
        "{\"kind\": 3, \"top\": 1}|rate.kind|must be one of \"peak\", \"flat\", was 3",
        "{\"kind\": \"flat\"}|rate.value|is required",
        "{\"kind\": \"flat\", \"value\": 1, \"top\": 1}|rate.top|is not a known field",
        "7|rate|must be an object, {…}, was 7"
      })
  void eachVariantHasFieldsOfItsOwn(String rate, String field, String message) {
    assertThat(errors("{\"stack_n\": 1, \"rate\": " + rate + "}"))
        .containsExactly(new FieldError(field, message));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.0", "\"3\"", "3.5", "0", "201", "99999999999999999999", "true", "[3]"})
  void anIntegerIsAnIntegralJsonNumberInItsRange(String value) {
    assertThat(errors("{\"stack_n\": " + value + "}"))
        .extracting(FieldError::field)
        .containsExactly("stack_n");
  }

  @Test
  void aNumberBeyondDoublesIsRefused() {
    assertThat(errors("{\"stack_n\": 1, \"values\": [1e999, 1e-999], \"momentum\": -1e999}"))
        .extracting(FieldError::field)
        .containsExactly("momentum", "values[0]", "values[1]");
  }

  @ParameterizedTest
  @CsvSource({
    "epoch, epochs",
    "Epochs, epochs",
    "epochss, epochs",
    "stackn, stack_n",
    "sede, seed",
  })
  void suggestsTheNameThatWasMeant(String misspelt, String meant) {
    assertThat(errors("{\"stack_n\": 1, \"" + misspelt + "\": 1}"))
        .containsExactly(
            new FieldError(misspelt, "is not a known field; did you mean '" + meant + "'?"));
  }

  @Test
  void suggestsNothingForAnotherWord() {
    assertThat(errors("{\"stack_n\": 1, \"xy\": 1, \"dropout\": 1}"))
        .extracting(FieldError::message)
        .containsOnly("is not a known field");
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
    ProblemException problem =
        catchThrowableOfType(ProblemException.class, () -> read(body.append("}").toString()));
    assertThat(problem.errors()).hasSize(100);
    assertThat(problem).hasMessageContaining("5002 fields").hasMessageContaining("first 100");
  }

  @Test
  void whatIsPublishedIsWhatIsChecked() {
    Components published = new Components();
    JOB.publish(published);
    EdgeCases edges =
        new EdgeCases(new JsonMapper().readTree(Json31.pretty(published)).get("schemas"), "Job");
    assertThat(edges.count(true)).isGreaterThan(20);
    assertThat(edges.count(false)).isGreaterThan(100);
    assertThat(edges.treatedOtherwise(JOB)).isEmpty();
  }

  @Test
  void everyFieldHasAPath() {
    assertThat(JOB.fields())
        .containsExactlyInAnyOrder(
            "stack_n",
            "epochs",
            "seed",
            "momentum",
            "flag",
            "name",
            "engine",
            "rate",
            "rate.kind",
            "rate.top",
            "rate.warmup",
            "rate.value",
            "inner",
            "inner.padding",
            "values",
            "engines");
  }

  private record Labels(
      @Schema(additionalProperties = Schema.AdditionalPropertiesValue.TRUE) @NotNull
          Map<String, Object> labels) {}

  @Test
  void aMapMayHaveAnyNames() {
    JsonRequest<Labels> request = JsonRequest.of(Labels.class);
    String body = "{\"labels\": {\"a.b\": [1, null], \"c\": {\"d\": true}}}";
    assertThat(request.read(body.getBytes(UTF_8), (read, problems) -> {}).labels())
        .isEqualTo(Map.of("a.b", Arrays.asList(1, null), "c", Map.of("d", true)));
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(() -> request.read("{\"labels\": []}".getBytes(UTF_8), (read, problems) -> {}))
        .withMessageContaining("must be an object");
  }

  private record Unchecked(@Schema(multipleOf = 2) @Nullable Integer even) {}

  private record Open(@Pattern(regexp = "[a-z]") @Nullable String letter) {}

  @Test
  void aDeclarationThatWouldNotBeCheckedIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JsonRequest.of(Unchecked.class).fields())
        .withMessageContaining("multipleOf");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JsonRequest.of(Open.class).fields())
        .withMessageContaining("^…$");
  }

  private static Job read(String json) {
    return JOB.read(json.getBytes(UTF_8), (job, problems) -> {});
  }

  private static List<FieldError> errors(String json) {
    return catchThrowableOfType(ProblemException.class, () -> read(json)).errors();
  }
}
