package dev.resnet.models;

import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Decides whether a newly trained version goes into production, and says why. */
final class PromotionRule {
  private final boolean trainingMayPromote;

  /**
   * @param trainingMayPromote if false, only administrators promote
   */
  public PromotionRule(boolean trainingMayPromote) {
    this.trainingMayPromote = trainingMayPromote;
  }

  /**
   * The accuracy of the version in production on the test images of the trained one.
   *
   * @param present the number of the version that was evaluated
   * @param accuracy empty if it could not be evaluated
   */
  record Evaluated(int present, OptionalDouble accuracy) {}

  /**
   * Whether {@link #decide} compares with an {@link Evaluated}: the data set has changed since the
   * version in production was trained.
   */
  boolean needsEvaluation(Promote promote, ModelVersion trained, ModelVersion present) {
    return trainingMayPromote
        && promote == Promote.IF_BETTER
        && comparable(trained, present) == null
        && !diverged(training(present))
        && dataChanged(trained, present);
  }

  /**
   * @param present the version in production of the same name; null if there is none
   * @param testImages number of test images in the data set of {@code trained}
   * @param evaluated null if no version was evaluated
   */
  Promotion decide(
      Promote promote,
      ModelVersion trained,
      @Nullable ModelVersion present,
      int testImages,
      @Nullable Evaluated evaluated) {
    if (!trainingMayPromote) {
      return kept(
          present,
          "resnet.models.training-may-promote is false, so only an administrator can promote (%s)"
              .formatted(call(trained)));
    }
    return switch (promote) {
      case NEVER -> kept(present, "the job has promote = never");
      case ALWAYS ->
          present == null
              ? first(trained)
              : promoted(trained, present, "the job has promote = always");
      case IF_BETTER ->
          present == null ? first(trained) : ifBetter(trained, present, testImages, evaluated);
    };
  }

  private static Promotion ifBetter(
      ModelVersion trained, ModelVersion present, int testImages, @Nullable Evaluated evaluated) {
    String incomparable = comparable(trained, present);
    if (incomparable != null) {
      return kept(present, incomparable);
    }
    if (diverged(training(present))) {
      return promoted(trained, present, "the training of that version diverged");
    }
    if (dataChanged(trained, present)) {
      return onNewData(trained, present, testImages, evaluated);
    }
    Double validated = training(trained).selection().validationAccuracy();
    Double before = training(present).selection().validationAccuracy();
    if (validated != null && before != null) {
      String images =
          validatedOnTheSame(trained, present) ? "" : " (their validation images differ)";
      return higher(trained, present, "validation accuracy", validated, before, images);
    }
    int here = tested(trained, testImages);
    int there = tested(present, testImages);
    if (here != there) {
      return kept(
          present,
          ("the two versions were tested on different numbers of images (%d and %d), so their test"
                  + " accuracies can't be compared")
              .formatted(there, here));
    }
    return higher(
        trained,
        present,
        "test accuracy",
        training(trained).testAccuracy(),
        training(present).testAccuracy(),
        "");
  }

  /** Why the two can't be compared, whatever their results; null if they can. */
  private static @Nullable String comparable(ModelVersion trained, ModelVersion present) {
    ModelVersion.Training before = present.training();
    if (before == null) {
      return "it was uploaded, so its data set is not known (%s promotes the new one)"
          .formatted(call(trained));
    }
    if (!training(trained).dataset().equals(before.dataset())) {
      return "it was trained on the data set %s, the new version on %s"
          .formatted(before.dataset(), training(trained).dataset());
    }
    return trained.classes().equals(present.classes())
        ? null
        : "its classes differ from those of the new version";
  }

  private static boolean diverged(ModelVersion.Training training) {
    return !Double.isFinite(training.testLoss()) || !Double.isFinite(training.testAccuracy());
  }

  private static boolean dataChanged(ModelVersion trained, ModelVersion present) {
    return !training(trained).dataSha256().equals(training(present).dataSha256());
  }

  /** The version in production has been evaluated on the test images of the new one. */
  private static Promotion onNewData(
      ModelVersion trained, ModelVersion present, int testImages, @Nullable Evaluated evaluated) {
    String changed =
        "the data set %s changed between the two versions".formatted(training(trained).dataset());
    String promotes = " (%s promotes the new one)".formatted(call(trained));
    if (evaluated == null || evaluated.present() != present.version()) {
      return kept(
          present,
          changed + ", and it was promoted while the new one was compared with another" + promotes);
    }
    if (evaluated.accuracy().isEmpty()) {
      return kept(
          present,
          changed
              + ", and it could not be evaluated on the new test images; the service's log has the"
              + " cause"
              + promotes);
    }
    int tested = tested(trained, testImages);
    if (tested < testImages) {
      return kept(
          present,
          "%s, and the new one was tested on %d of %d test images only%s"
              .formatted(changed, tested, testImages, promotes));
    }
    return higher(
        trained,
        present,
        "test accuracy",
        training(trained).testAccuracy(),
        evaluated.accuracy().getAsDouble(),
        " (both on the new test images: %s)".formatted(changed));
  }

  private static String call(ModelVersion trained) {
    return "POST /api/v1/models/%s/versions/%d/promote"
        .formatted(trained.name(), trained.version());
  }

  /** Of a version that is known to have been trained here. */
  private static ModelVersion.Training training(ModelVersion version) {
    return Objects.requireNonNull(version.training());
  }

  private static Promotion higher(
      ModelVersion trained,
      ModelVersion present,
      String measure,
      double accuracy,
      double before,
      String remark) {
    return accuracy > before
        ? promoted(
            trained,
            present,
            "its %s %s is above %s%s".formatted(measure, number(accuracy), number(before), remark))
        : kept(
            present,
            "the %s %s of version %d is not above its %s%s"
                .formatted(measure, number(accuracy), trained.version(), number(before), remark));
  }

  /** Which images are held out follows from these, since the data set is the same. */
  private static boolean validatedOnTheSame(ModelVersion one, ModelVersion other) {
    JsonNode a = JsonMapper.shared().readTree(training(one).hyperparameters());
    JsonNode b = JsonMapper.shared().readTree(training(other).hyperparameters());
    return Stream.of("seed", "validation_fraction", "train_limit")
        .allMatch(field -> a.path(field).equals(b.path(field)));
  }

  /** The number of test images used; the same number means the same images. */
  private static int tested(ModelVersion version, int all) {
    JsonNode limit =
        JsonMapper.shared().readTree(training(version).hyperparameters()).path("test_limit");
    return limit.isNumber() ? Math.min(limit.intValue(), all) : all;
  }

  private static Promotion first(ModelVersion trained) {
    return new Promotion(
        true,
        "Version %d was promoted: nothing was in production under '%s'."
            .formatted(trained.version(), trained.name()));
  }

  private static Promotion promoted(ModelVersion trained, ModelVersion present, String why) {
    return new Promotion(
        true,
        "Version %d was promoted in place of version %d: %s."
            .formatted(trained.version(), present.version(), why));
  }

  private static Promotion kept(@Nullable ModelVersion present, String why) {
    return new Promotion(
        false,
        present == null
            ? "Nothing is in production: %s.".formatted(why)
            : "Version %d stays in production: %s.".formatted(present.version(), why));
  }

  /** Enough digits to distinguish accuracies on a few million images. */
  private static String number(double accuracy) {
    return new DecimalFormat("0.0######", DecimalFormatSymbols.getInstance(Locale.ROOT))
        .format(accuracy);
  }
}
