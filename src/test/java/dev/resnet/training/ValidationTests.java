package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.Dataset;
import dev.resnet.data.ImageSet;
import dev.resnet.data.ValidationSplit;
import dev.resnet.files.Sha256;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that hold out validation images. */
class ValidationTests {
  private static final int EPOCHS = 4;

  private final Trainer trainer =
      new Trainer(Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC));
  private final Dataset data = Noise.data(60, 20);
  private final List<CheckpointFile> checkpoints = new ArrayList<>();

  @TempDir private Path folder;

  @Test
  void aResumedRunHasTheRowsAndTheModelOfAnUndisturbedOne() throws IOException {
    TrainingConfig config = config(Keep.BEST, null);
    var undisturbed = completed(config, data, "a", List.of());
    checkpoints.clear();
    // Six times an epoch: four batches, the validation images, the test images.
    var asked = new AtomicInteger();
    var stopped =
        trainer.train(
            config,
            data,
            folder.resolve("b"),
            List.of(),
            listener(),
            () -> asked.incrementAndGet() == 6 * 2 + 5);
    assertThat(stopped).isEqualTo(new TrainingResult.Stopped(2));
    var resumed = completed(config, data, "b", List.copyOf(checkpoints));

    assertThat(undisturbed.history()).hasSize(EPOCHS);
    assertThat(resumed.history())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds", "imagesPerSecond")
        .isEqualTo(undisturbed.history());
    assertThat(resumed.checkpoint().epoch()).isEqualTo(undisturbed.checkpoint().epoch());
    assertThat(Checkpoints.graph(resumed.checkpoint().path(), true).params())
        .isEqualTo(Checkpoints.graph(undisturbed.checkpoint().path(), true).params());
    assertThat(undisturbed.kept()).isEqualTo(EpochChoice.best(undisturbed.history()).orElseThrow());
  }

  @Test
  void validationImagesAreNotTrainedOn() {
    var result = completed(config(Keep.LAST, null), data, "a", List.of());
    ValidationSplit split = ValidationSplit.of(data.train(), 0.2, 1);
    assertThat(split.validation()).hasSize(10);

    // The same training on the rest alone, as a data set of its own.
    Dataset alone =
        new Dataset(
            data.name(),
            data.classes(),
            only(data.train(), split.train()),
            data.test(),
            data.resize(),
            data.sha256());
    var rest =
        completed(config(Keep.LAST, null).choosing(0, Keep.LAST, null), alone, "b", List.of());
    assertThat(result.normalization().mean()).isEqualTo(rest.normalization().mean());
    for (int i = 0; i < EPOCHS; i++) {
      assertThat(rest.history().get(i).testLoss()).isEqualTo(result.history().get(i).testLoss());
      assertThat(rest.history().get(i).validation()).isNull();
      assertThat(result.history().get(i).validation().accuracy()).isBetween(0.0, 1.0);
      assertThat(result.history().get(i).validation().loss()).isPositive().isFinite();
    }
  }

  @Test
  void testImagesDoNotInfluenceTheChoice() {
    TrainingConfig config = config(Keep.BEST, new EarlyStopping(2, 0));
    var one = completed(config, data, "a", List.of());
    Dataset other = Noise.data(60, 33);
    Dataset swapped =
        new Dataset(
            data.name(), data.classes(), data.train(), other.train(), data.resize(), data.sha256());
    var two = completed(config, swapped, "b", List.of());

    assertThat(two.history()).hasSameSizeAs(one.history());
    assertThat(two.checkpoint().epoch()).isEqualTo(one.checkpoint().epoch());
    assertThat(two.history())
        .extracting(EpochMetrics::validation)
        .isEqualTo(one.history().stream().map(EpochMetrics::validation).toList());
    assertThat(two.history())
        .extracting(EpochMetrics::testLoss)
        .isNotEqualTo(one.history().stream().map(EpochMetrics::testLoss).toList());
  }

  @Test
  void anEarlyStopIsFoundAgainInTheCheckpoints() {
    TrainingConfig config = config(Keep.BEST, new EarlyStopping(1, 9));
    var result = completed(config, data, "a", List.of());
    assertThat(result.history()).as("no epoch improves the loss by 9").hasSize(2);

    // As after a crash between the last checkpoint and the registration.
    List<CheckpointFile> kept = pruned(result.history());
    checkpoints.clear();
    var again = completed(config, data, "a", kept);
    assertThat(checkpoints).as("nothing is trained again").isEmpty();
    assertThat(again.checkpoint()).isEqualTo(result.checkpoint());
    assertThat(again.history()).isEqualTo(result.history());
  }

  @Test
  void ifTheFileOfTheBestAndNewestEpochIsDamagedTheResultIsTheSame() throws IOException {
    var whole = completed(config(Keep.BEST, null), data, "a", List.of());
    int best = whole.checkpoint().epoch();
    assertThat(best).as("has epochs before it").isGreaterThan(1);
    List<CheckpointFile> kept = pruned(whole.history().subList(0, best));
    Files.writeString(kept.get(kept.size() - 1).path(), "half of it");
    checkpoints.clear();
    var resumed = completed(config(Keep.BEST, null), data, "b", kept);
    assertThat(checkpoints.get(0).epoch()).isLessThanOrEqualTo(best);
    assertThat(resumed.kept())
        .usingRecursiveComparison()
        .ignoringFields("seconds", "imagesPerSecond")
        .isEqualTo(whole.kept());
  }

  @Test
  void continuesFromACheckpointOfBeforeThereWereValidationImages() throws IOException {
    TrainingConfig config = config(Keep.LAST, null).choosing(0, Keep.LAST, null);
    var undisturbed = completed(config, data, "a", List.of());
    CheckpointFile old = withoutValidation(checkpoints.get(2));
    var resumed = completed(config, data, "b", List.of(old));
    assertThat(resumed.history())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds", "imagesPerSecond")
        .isEqualTo(undisturbed.history());
  }

  @Test
  void saysThatNoClassCanGiveAnImage() {
    assertThatThrownBy(() -> completed(config(Keep.LAST, null), Noise.data(10, 5), "a", List.of()))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("None of the 10 training images can be held out for validation");
  }

  private static ImageSet only(ImageSet images, int[] chosen) {
    ImageSet some = ImageSet.empty(images.shape(), chosen.length);
    int size = images.shape().values();
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(images.pixels(), chosen[i] * size, some.pixels(), i * size, size);
      some.labels()[i] = images.labels()[chosen[i]];
    }
    return some;
  }

  private List<CheckpointFile> pruned(List<EpochMetrics> history) {
    Set<Integer> kept = EpochChoice.checkpoints(history);
    return checkpoints.stream().filter(file -> kept.contains(file.epoch())).toList();
  }

  private static CheckpointFile withoutValidation(CheckpointFile file) throws IOException {
    try (var zip = FileSystems.newFileSystem(file.path())) {
      Path state = zip.getPath("training.json");
      String json = Files.readString(state);
      String old = json.replaceFirst(",\\s*\"validation\" : \\[ \\]", "");
      assertThat(old).hasSizeLessThan(json.length());
      Files.writeString(state, old);
    }
    return new CheckpointFile(
        file.epoch(),
        file.path(),
        Files.size(file.path()),
        Sha256.of(file.path()),
        file.testAccuracy());
  }

  private TrainingResult.Completed completed(
      TrainingConfig config, Dataset data, String to, List<CheckpointFile> resumable) {
    return (TrainingResult.Completed)
        trainer.train(config, data, folder.resolve(to), resumable, listener(), StopSignal.NEVER);
  }

  private TrainingListener listener() {
    return new TrainingListener() {
      @Override
      public void epochCompleted(EpochMetrics metrics, CheckpointFile checkpoint) {
        checkpoints.add(checkpoint);
      }
    };
  }

  private static TrainingConfig config(Keep keep, @Nullable EarlyStopping earlyStopping) {
    return new TrainingConfig(
            1,
            "test",
            EPOCHS,
            12,
            new LearningRate.Constant(0.02),
            0.9,
            1e-4,
            new Augmentation(2, true),
            Noise.FASTEST.engine(),
            Noise.FASTEST.precision(),
            1,
            null,
            null)
        .choosing(0.2, keep, earlyStopping);
  }
}
