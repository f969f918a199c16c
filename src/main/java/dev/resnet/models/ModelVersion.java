package dev.resnet.models;

import dev.resnet.models.ModelFiles.Stored;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.checkpoint.Selection;
import dev.resnet.training.checkpoint.TrainedModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network in the registry: trained by a job of this service, or uploaded.
 *
 * @param version counted from 1 within the name
 * @param classes the class names by index
 * @param shape of the input images
 * @param resize how images of another size become the input
 * @param mean per channel R, G, B, in [0, 1]
 * @param standardDeviation per channel, in (0, 1]
 * @param file the DL4J zip, relative to the folder of all models
 * @param size of the file in bytes
 * @param sha256 of the file, lower-case hex
 * @param createdAt when it was registered
 * @param promotedAt when it was last promoted; null if it never was or if that was rolled back
 * @param training the job that trained it and its results; null if it was uploaded
 * @param description of an uploaded version, by its uploader; null if there is none
 * @param promotionReason whether it was promoted when it was registered, and why, as a sentence
 */
public record ModelVersion(
    String name,
    int version,
    int stackN,
    List<String> classes,
    ImageShape shape,
    ResizePolicy resize,
    List<Float> mean,
    List<Float> standardDeviation,
    String file,
    long size,
    String sha256,
    Instant createdAt,
    @Nullable Instant promotedAt,
    @Nullable Training training,
    @Nullable String description,
    String promotionReason) {

  /**
   * How a version was trained.
   *
   * @param jobId the job that trained it
   * @param engine that trained it
   * @param precision that it was trained in
   * @param hyperparameters as JSON
   * @param epoch the epoch of the training that became this version, counted from 1
   * @param selection how the epoch was chosen
   * @param build of the service that trained it; null if it is not known
   */
  public record Training(
      String jobId,
      String dataset,
      String dataSha256,
      double testLoss,
      double testAccuracy,
      String engine,
      String precision,
      String hyperparameters,
      int epoch,
      Selection selection,
      @Nullable Build build) {

    static Training of(TrainedModel model) {
      return new Training(
          model.jobId(),
          model.dataset(),
          model.dataSha256(),
          model.testLoss(),
          model.testAccuracy(),
          model.engine(),
          model.precision(),
          model.hyperparameters(),
          model.checkpoint().epoch(),
          model.selection(),
          Build.present());
    }
  }

  /** A trained network that was never promoted. */
  static ModelVersion of(
      TrainedModel model, int number, Stored stored, Instant now, String promotionReason) {
    return new ModelVersion(
        model.model(),
        number,
        model.stackN(),
        List.copyOf(model.classes()),
        model.shape(),
        model.resize(),
        boxed(model.mean()),
        boxed(model.standardDeviation()),
        stored.file(),
        stored.size(),
        stored.sha256(),
        now,
        null,
        Training.of(model),
        null,
        promotionReason);
  }

  private static List<Float> boxed(float[] values) {
    var list = new ArrayList<Float>(values.length);
    for (float value : values) {
      list.add(value);
    }
    return List.copyOf(list);
  }

  public Normalization normalization() {
    return new Normalization(unboxed(mean), unboxed(standardDeviation));
  }

  private static float[] unboxed(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  /** The name for messages and logs. */
  public String label() {
    return "model '%s' version %d".formatted(name, version);
  }
}
