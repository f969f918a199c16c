package dev.resnet.evaluation;

import static dev.resnet.evaluation.EvaluationException.Reason.CONFLICT;
import static dev.resnet.evaluation.EvaluationException.Reason.UNAVAILABLE;
import static dev.resnet.evaluation.EvaluationException.Reason.UNKNOWN;

import dev.resnet.evaluation.LabelledImages.Chosen;
import dev.resnet.models.EvaluationMetrics;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.VersionEvaluations;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Evaluations as users ask for them: made, kept, compared. */
public final class Evaluations implements VersionEvaluations {
  private final Evaluator evaluator;
  private final LabelledImages images;
  private final EvaluationRows rows;
  private final PredictionFiles files;

  Evaluations(
      Evaluator evaluator, LabelledImages images, EvaluationRows rows, PredictionFiles files) {
    this.evaluator = evaluator;
    this.images = images;
    this.rows = rows;
    this.files = files;
  }

  /**
   * Which images to use.
   *
   * @param dataset null for the one that the version was trained on, as it was then
   * @param dataSha256 which version of the data set; null for the present one
   */
  public record Images(@Nullable String dataset, @Nullable String dataSha256, Split split) {
    /** The present images of a data set. */
    public static Images of(@Nullable String dataset, Split split) {
      return new Images(dataset, null, split);
    }
  }

  /**
   * Evaluates a version, unless that has been done.
   *
   * @param refresh whether to do it again
   * @throws dev.resnet.memory.BusyException if another evaluation does not end in time
   * @throws EvaluationException if the images or the network can't be used
   */
  public Evaluator.Result evaluate(ModelVersion version, Images wanted, boolean refresh) {
    String dataset = wanted.dataset();
    String sha256 = wanted.dataSha256();
    if (!refresh) {
      // Also if the data set has been deleted since.
      Optional<Evaluation> kept =
          dataset == null
              ? own(version, wanted.split())
              : sha256 == null ? Optional.empty() : rows.find(version, sha256, wanted.split());
      if (kept.isPresent()) {
        return new Evaluator.Result(kept.get(), true);
      }
    }
    Chosen chosen =
        dataset != null && sha256 != null
            ? images.choose(version, dataset, sha256, wanted.split())
            : images.choose(version, dataset, wanted.split());
    try {
      return evaluator.evaluate(version, chosen, refresh, false, evaluator::isStopping);
    } catch (CancellationException e) {
      throw new EvaluationException(UNAVAILABLE, Evaluator.STOPPED, e);
    }
  }

  /**
   * @throws EvaluationException if there is none
   */
  public Evaluation get(ModelVersion version, String id) {
    return rows.find(version, id)
        .orElseThrow(
            () ->
                new EvaluationException(
                    UNKNOWN,
                    "There is no evaluation '%s' of %s: GET /api/v1/models/%s/versions/%d/evaluations lists them."
                        .formatted(id, version.label(), version.name(), version.version())));
  }

  /** The evaluations of a version, by time. */
  public List<ListedEvaluation> list(ModelVersion version, boolean ascending, int size, long from) {
    return rows.list(version, ascending, size, from);
  }

  public long count(ModelVersion version) {
    return rows.count(version);
  }

  @Override
  public Optional<EvaluationMetrics> onOwnTestImages(ModelVersion version) {
    return own(version, Split.TEST).map(Evaluation::metrics);
  }

  private Optional<Evaluation> own(ModelVersion version, Split split) {
    ModelVersion.Training training = version.training();
    return training == null ? Optional.empty() : rows.find(version, training.dataSha256(), split);
  }

  /**
   * A kept evaluation. Nothing is loaded or computed.
   *
   * @throws EvaluationException with what makes it, if there is none
   */
  public Evaluation kept(ModelVersion version, Images wanted) {
    String dataset = wanted.dataset();
    String sha256 = wanted.dataSha256();
    Split split = wanted.split();
    if (dataset == null && version.training() == null) {
      throw EvaluationException.invalid(
          "dataset",
          "%s was uploaded and has no test images of its own; name a data set"
              .formatted(version.label()));
    }
    if (dataset == null) {
      return own(version, split).orElseThrow(() -> missing(version, wanted));
    }
    Optional<String> known = sha256 == null ? images.presentSha256(dataset) : Optional.of(sha256);
    return (known.isPresent()
            ? rows.find(version, known.get(), split)
            : rows.newest(version, dataset, split))
        .orElseThrow(() -> missing(version, wanted));
  }

  private static EvaluationException missing(ModelVersion version, Images wanted) {
    String dataset = wanted.dataset();
    if (dataset == null && version.training() != null) {
      dataset = version.training().dataset();
    }
    String body =
        (wanted.dataset() == null ? "" : "\"dataset\": \"%s\", ".formatted(wanted.dataset()))
            + (wanted.dataSha256() == null
                ? ""
                : "\"data_sha256\": \"%s\", ".formatted(wanted.dataSha256()))
            + "\"split\": \"%s\"".formatted(wanted.split().wireName());
    return new EvaluationException(
        CONFLICT,
        "%s has not been evaluated on the %s images of %s. POST /api/v1/models/%s/versions/%d/evaluate with {%s} does that."
            .formatted(
                Character.toUpperCase(version.label().charAt(0)) + version.label().substring(1),
                wanted.split().wireName(),
                dataset == null ? "any data set" : "data set " + dataset,
                version.name(),
                version.version(),
                body));
  }

  /**
   * Compares two versions on the same images. Nothing is computed anew.
   *
   * @param dataset null for the one that {@code b} was trained on, as it was then
   * @throws EvaluationException if an evaluation is missing
   */
  public Comparison compare(ModelVersion a, ModelVersion b, @Nullable String dataset, Split split) {
    Images wanted =
        dataset == null && b.training() != null
            ? new Images(b.training().dataset(), b.training().dataSha256(), split)
            : Images.of(dataset, split);
    Kept keptOfA = read(a, wanted);
    Kept keptOfB = read(b, wanted);
    Evaluation ofA = keptOfA.evaluation();
    Evaluation ofB = keptOfB.evaluation();
    if (!ofA.dataSha256().equals(ofB.dataSha256())) {
      throw new EvaluationException(
          CONFLICT,
          ("The two versions were evaluated on different images of data set %s. POST"
                  + " /api/v1/models/{name}/versions/{version}/evaluate evaluates each on the"
                  + " present ones.")
              .formatted(ofA.dataset()));
    }
    return Comparison.of(ofA, keptOfA.predictions(), ofB, keptOfB.predictions());
  }

  private record Kept(Evaluation evaluation, Predictions predictions) {}

  /** A refresh may have replaced the evaluation, and deleted its file, since its row was read. */
  private Kept read(ModelVersion version, Images wanted) {
    Evaluation evaluation = kept(version, wanted);
    try {
      return new Kept(evaluation, files.read(evaluation));
    } catch (EvaluationException e) {
      Evaluation now = kept(version, wanted);
      if (now.id().equals(evaluation.id())) {
        throw e;
      }
      return new Kept(now, files.read(now));
    }
  }

  /**
   * The images that a version got wrong.
   *
   * @param truth null for every class
   * @param predicted null for every class
   * @throws EvaluationException if there is no evaluation on these images, or no such class
   */
  public Mistakes mistakes(
      ModelVersion version, Images wanted, @Nullable String truth, @Nullable String predicted) {
    Integer ofTruth = index(version, "truth", truth);
    Integer ofPredicted = index(version, "predicted", predicted);
    Kept kept = read(version, wanted);
    return Mistakes.of(
        kept.evaluation(), kept.predictions(), version.classes(), ofTruth, ofPredicted);
  }

  private static @Nullable Integer index(
      ModelVersion version, String parameter, @Nullable String name) {
    if (name == null || name.isEmpty()) {
      return null;
    }
    int index = version.classes().indexOf(name);
    if (index < 0) {
      throw EvaluationException.invalid(
          parameter,
          "There is no class '%s' in %s: GET /api/v1/models/%s/versions/%d lists the classes."
              .formatted(name, version.label(), version.name(), version.version()));
    }
    return index;
  }
}
