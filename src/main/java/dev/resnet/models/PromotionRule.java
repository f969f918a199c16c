package dev.resnet.models;

import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
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
   * @param present the version in production of the same name; null if there is none
   * @param testImages number of test images in the data set of {@code trained}
   */
  Promotion decide(
      Promote promote, ModelVersion trained, @Nullable ModelVersion present, int testImages) {
    if (!trainingMayPromote) {
      return kept(
          present,
          "resnet.models.training-may-promote is false, so only an administrator can promote"
              + " (POST /api/v1/models/%s/versions/%d/promote)"
                  .formatted(trained.name(), trained.version()));
    }
    return switch (promote) {
      case NEVER -> kept(present, "the job has promote = never");
      case ALWAYS ->
          present == null
              ? first(trained)
              : promoted(trained, present, "the job has promote = always");
      case IF_BETTER -> present == null ? first(trained) : ifBetter(trained, present, testImages);
    };
  }

  private static Promotion ifBetter(ModelVersion trained, ModelVersion present, int testImages) {
    if (!trained.dataset().equals(present.dataset())) {
      return kept(
          present,
          "it was trained on the data set %s, the new version on %s"
              .formatted(present.dataset(), trained.dataset()));
    }
    if (!trained.classes().equals(present.classes())) {
      return kept(present, "its classes differ from those of the new version");
    }
    if (!Double.isFinite(present.testLoss()) || !Double.isFinite(present.testAccuracy())) {
      return promoted(trained, present, "the training of that version diverged");
    }
    if (!trained.dataSha256().equals(present.dataSha256())) {
      return kept(
          present,
          ("the data set %s changed between the two versions, so their test accuracies"
                  + " can't be compared (POST /api/v1/models/%s/versions/%d/promote promotes the"
                  + " new one)")
              .formatted(trained.dataset(), trained.name(), trained.version()));
    }
    Double validated = trained.selection().validationAccuracy();
    Double before = present.selection().validationAccuracy();
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
        trained, present, "test accuracy", trained.testAccuracy(), present.testAccuracy(), "");
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
    JsonNode a = JsonMapper.shared().readTree(one.hyperparameters());
    JsonNode b = JsonMapper.shared().readTree(other.hyperparameters());
    return Stream.of("seed", "validation_fraction", "train_limit")
        .allMatch(field -> a.path(field).equals(b.path(field)));
  }

  /** The number of test images used; the same number means the same images. */
  private static int tested(ModelVersion version, int all) {
    JsonNode limit = JsonMapper.shared().readTree(version.hyperparameters()).path("test_limit");
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
