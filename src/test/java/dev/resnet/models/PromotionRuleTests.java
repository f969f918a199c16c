package dev.resnet.models;

import static dev.resnet.training.checkpoint.Promote.ALWAYS;
import static dev.resnet.training.checkpoint.Promote.IF_BETTER;
import static dev.resnet.training.checkpoint.Promote.NEVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.models.ModelVersion.Training;
import dev.resnet.models.PromotionRule.Evaluated;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.Selection;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PromotionRuleTests {
  private static final List<String> CLASSES = List.of("cat", "dog");
  private static final ModelVersion PRESENT = version(1, "cifar10", "ab", CLASSES, 0.9, 0.3, "{}");

  private static ModelVersion version(
      int number,
      String dataset,
      String data,
      List<String> classes,
      double accuracy,
      double loss,
      String hyperparameters) {
    return version(
        number,
        classes,
        new Training(
            "job-" + number,
            dataset,
            data,
            loss,
            accuracy,
            "dl4j",
            "float32",
            hyperparameters,
            1,
            Selection.LAST_EPOCH,
            null));
  }

  private static ModelVersion version(
      int number, List<String> classes, @Nullable Training training) {
    return new ModelVersion(
        "net",
        number,
        3,
        classes,
        ImageShape.CIFAR,
        ResizePolicy.CROP,
        List.of(),
        List.of(),
        "",
        1,
        "",
        Instant.EPOCH,
        null,
        training,
        null,
        "");
  }

  private static ModelVersion trained(double accuracy) {
    return version(2, "cifar10", "ab", CLASSES, accuracy, 0.3, "{\"test_limit\":null}");
  }

  private static Promotion decide(
      Promote promote, ModelVersion trained, @Nullable ModelVersion present) {
    return new PromotionRule(true).decide(promote, trained, present, 1000, null);
  }

  private static void assertKept(ModelVersion trained, ModelVersion present, String why) {
    Promotion decision = decide(IF_BETTER, trained, present);
    assertThat(decision.promoted()).as(decision.reason()).isFalse();
    assertThat(decision.reason()).isEqualTo("Version 1 stays in production: " + why);
    assertThat(decide(ALWAYS, trained, present))
        .isEqualTo(
            new Promotion(
                true,
                "Version 2 was promoted in place of version 1: the job has promote = always."));
  }

  @Test
  void theBetterOneIsPromoted() {
    assertThat(decide(IF_BETTER, trained(0.9001), PRESENT))
        .isEqualTo(
            new Promotion(
                true,
                "Version 2 was promoted in place of version 1: its test accuracy 0.9001 is above 0.9."));
  }

  @Test
  void anEqualOneIsNotBetter() {
    assertKept(trained(0.9), PRESENT, "the test accuracy 0.9 of version 2 is not above its 0.9.");
  }

  private static ModelVersion validated(
      int number, double accuracy, double validation, String hyperparameters) {
    return version(
        number,
        CLASSES,
        new Training(
            "job-" + number,
            "cifar10",
            "ab",
            0.3,
            accuracy,
            "dl4j",
            "float32",
            hyperparameters,
            1,
            new Selection(Selection.By.VALIDATION, 0.2, validation),
            null));
  }

  @Test
  void validationAccuraciesAreComparedIfBothVersionsHaveOne() {
    String split = "{\"seed\":1,\"validation_fraction\":0.1,\"test_limit\":5}";
    ModelVersion present = validated(1, 0.9, 0.8, "{\"seed\":1,\"validation_fraction\":0.1}");
    assertThat(decide(IF_BETTER, validated(2, 0.1, 0.8001, split), present).reason())
        .as("neither the test accuracy nor the number of test images matters")
        .isEqualTo(
            "Version 2 was promoted in place of version 1: its validation accuracy 0.8001 is"
                + " above 0.8.");
    assertKept(
        validated(2, 0.99, 0.8, split),
        present,
        "the validation accuracy 0.8 of version 2 is not above its 0.8.");
    String other = "{\"seed\":2,\"validation_fraction\":0.1}";
    assertThat(decide(IF_BETTER, validated(2, 0.1, 0.9, other), present).reason())
        .endsWith("its validation accuracy 0.9 is above 0.8 (their validation images differ).");
  }

  @Test
  void testAccuraciesAreComparedIfOneVersionHasNoValidationAccuracy() {
    assertThat(decide(IF_BETTER, validated(2, 0.91, 0.1, "{}"), PRESENT).reason())
        .endsWith("its test accuracy 0.91 is above 0.9.");
    assertThat(decide(IF_BETTER, trained(0.95), validated(1, 0.94, 0.99, "{}")).reason())
        .endsWith("its test accuracy 0.95 is above 0.94.");
  }

  @Test
  void aVersionOnAnotherDataSetIsNotReplaced() {
    assertKept(
        version(2, "synthetic", "ab", CLASSES, 1, 0.1, "{}"),
        PRESENT,
        "it was trained on the data set cifar10, the new version on synthetic.");
    assertKept(
        version(2, "cifar10", "ab", List.of("dog", "cat"), 1, 0.1, "{}"),
        PRESENT,
        "its classes differ from those of the new version.");
  }

  @Test
  void accuraciesOnDifferentTestImagesAreNotCompared() {
    ModelVersion limited = version(2, "cifar10", "ab", CLASSES, 1, 0.1, "{\"test_limit\":20}");
    assertKept(
        limited,
        PRESENT,
        "the two versions were tested on different numbers of images (1000 and 20), so"
            + " their test accuracies can't be compared.");
    ModelVersion alike = version(1, "cifar10", "ab", CLASSES, 0.5, 0.1, "{\"test_limit\":20}");
    assertThat(decide(IF_BETTER, limited, alike).promoted()).isTrue();
    ModelVersion all = version(2, "cifar10", "ab", CLASSES, 1, 0.1, "{\"test_limit\":1000}");
    assertThat(decide(IF_BETTER, all, PRESENT).promoted()).as("the limit takes all").isTrue();
  }

  private static String onNewImages(
      ModelVersion trained, @Nullable Evaluated evaluated, boolean promoted) {
    var rule = new PromotionRule(true);
    assertThat(rule.needsEvaluation(IF_BETTER, trained, PRESENT)).isTrue();
    Promotion decision = rule.decide(IF_BETTER, trained, PRESENT, 1000, evaluated);
    assertThat(decision.promoted()).as(decision.reason()).isEqualTo(promoted);
    return decision.reason();
  }

  @Test
  void ifTheDataSetChangedTheVersionInProductionIsEvaluatedOnTheNewImages() {
    ModelVersion trained = version(2, "cifar10", "cd", CLASSES, 0.8, 0.1, "{}");
    assertThat(onNewImages(trained, new Evaluated(1, OptionalDouble.of(0.79)), true))
        .isEqualTo(
            "Version 2 was promoted in place of version 1: its test accuracy 0.8 is above 0.79"
                + " (both on the new test images: the data set cifar10 changed between the two"
                + " versions).");
    assertThat(onNewImages(trained, new Evaluated(1, OptionalDouble.of(0.8)), false))
        .startsWith("Version 1 stays in production: the test accuracy 0.8 of version 2 is not");
    assertThat(onNewImages(trained, new Evaluated(1, OptionalDouble.empty()), false))
        .contains("could not be evaluated", "POST /api/v1/models/net/versions/2/promote");
    assertThat(onNewImages(trained, new Evaluated(7, OptionalDouble.of(0.1)), false))
        .contains("was promoted while");
    assertThat(onNewImages(trained, null, false)).contains("was promoted while");
    ModelVersion limited = version(2, "cifar10", "cd", CLASSES, 0.8, 0.1, "{\"test_limit\":20}");
    assertThat(onNewImages(limited, new Evaluated(1, OptionalDouble.of(0.1)), false))
        .contains("20 of 1000 test images");
  }

  @Test
  void nothingIsEvaluatedThatDecidesNothing() {
    ModelVersion trained = version(2, "cifar10", "cd", CLASSES, 0.8, 0.1, "{}");
    var rule = new PromotionRule(true);
    assertThat(rule.needsEvaluation(NEVER, trained, PRESENT)).isFalse();
    assertThat(rule.needsEvaluation(ALWAYS, trained, PRESENT)).isFalse();
    assertThat(rule.needsEvaluation(IF_BETTER, trained(0.8), PRESENT)).as("same data").isFalse();
    assertThat(
            rule.needsEvaluation(
                IF_BETTER,
                version(2, "cifar10", "cd", List.of("dog", "cat"), 0.8, 0.1, "{}"),
                PRESENT))
        .isFalse();
    assertThat(new PromotionRule(false).needsEvaluation(IF_BETTER, trained, PRESENT)).isFalse();
    assertThat(rule.needsEvaluation(IF_BETTER, trained, version(1, CLASSES, null)))
        .as("uploaded")
        .isFalse();
  }

  @Test
  void anUploadedVersionIsNotReplaced() {
    assertKept(
        trained(1),
        version(1, CLASSES, null),
        "it was uploaded, so its data set is not known (POST"
            + " /api/v1/models/net/versions/2/promote promotes the new one).");
  }

  @Test
  void versionsWithFewerTrainingImagesAreCompared() {
    ModelVersion little = version(2, "cifar10", "ab", CLASSES, 0.95, 0.1, "{\"train_limit\":9}");
    assertThat(decide(IF_BETTER, little, PRESENT).promoted()).isTrue();
  }

  @Test
  void aDivergedVersionIsReplacedByOneOnTheSameDataSet() {
    ModelVersion diverged = version(1, "cifar10", "ab", CLASSES, 0.95, Double.NaN, "{}");
    assertThat(decide(IF_BETTER, trained(0.1), diverged).reason())
        .isEqualTo(
            "Version 2 was promoted in place of version 1: the training of that version"
                + " diverged.");
  }

  @Test
  void theFirstOneIsPromotedUnlessTheJobSaysNever() {
    for (Promote promote : List.of(ALWAYS, IF_BETTER)) {
      assertThat(decide(promote, trained(0.1), null))
          .isEqualTo(
              new Promotion(
                  true, "Version 2 was promoted: nothing was in production under 'net'."));
    }
    assertThat(decide(NEVER, trained(0.1), null))
        .isEqualTo(new Promotion(false, "Nothing is in production: the job has promote = never."));
    assertThat(decide(NEVER, trained(1), PRESENT).promoted()).isFalse();
  }

  @Test
  void ifTrainingMayNotPromoteAnAdministratorDoes() {
    for (Promote promote : Promote.values()) {
      Promotion decision =
          new PromotionRule(false).decide(promote, trained(1), PRESENT, 1000, null);
      assertThat(decision.promoted()).isFalse();
      assertThat(decision.reason())
          .startsWith("Version 1 stays in production: ")
          .contains(
              "resnet.models.training-may-promote", "POST /api/v1/models/net/versions/2/promote");
    }
    assertThat(new PromotionRule(false).decide(ALWAYS, trained(1), null, 1000, null).promoted())
        .isFalse();
  }
}
