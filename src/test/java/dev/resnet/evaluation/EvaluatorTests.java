package dev.resnet.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.data.ImageSet;
import dev.resnet.evaluation.Evaluations.Images;
import dev.resnet.files.Disk.Mode;
import dev.resnet.files.EveryOperation;
import dev.resnet.files.Sha256;
import dev.resnet.files.VolumeFiles;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.TrainedModels;
import dev.resnet.models.UnknownModelException;
import dev.resnet.models.VersionRegistered;
import dev.resnet.pictures.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class EvaluatorTests extends EvaluatorFixture {
  /** DL4J's own forward pass on pixels that are normalised here. */
  private static int[] predictedByDl4j(ComputationGraph graph) {
    ImageSet set = LabelledNoise.images(ImageShape.CIFAR);
    float[] input = new float[set.pixels().length];
    for (int i = 0; i < input.length; i++) {
      int c = i % 3;
      input[i] =
          ((set.pixels()[i] & 0xff) / 255f - TrainedModels.MEAN[c]) / TrainedModels.DEVIATION[c];
    }
    INDArray nhwc = Nd4j.create(input, new long[] {set.count(), 32, 32, 3}, 'c');
    return graph.output(false, nhwc.permute(0, 3, 1, 2).dup('c'))[0].argMax(1).toIntVector();
  }

  private static double accuracy(int[] predicted) {
    ImageSet set = LabelledNoise.images(ImageShape.CIFAR);
    int right = 0;
    for (int i = 0; i < predicted.length; i++) {
      right += predicted[i] == set.label(i) ? 1 : 0;
    }
    return (double) right / predicted.length;
  }

  @Test
  void everyImageIsPredictedAsByDl4jAndTheResultIsKept() {
    int[] expected = predictedByDl4j(NETWORK);
    Evaluator.Result first = evaluations.evaluate(version, OWN, false);

    assertThat(first.cached()).isFalse();
    Evaluation made = first.evaluation();
    assertThat(made.metrics().images()).isEqualTo(LabelledNoise.IMAGES);
    assertThat(made.metrics().accuracy()).isEqualTo(accuracy(expected));
    assertThat(made.metrics().loss()).isPositive().isLessThan(20);
    assertThat(made.precision()).isEqualTo("float32");
    assertThat(made.engine()).isEqualTo(ENGINE.wireName());
    assertThat(made.dataSha256()).isEqualTo(LabelledNoise.SHA_256);

    Evaluator.Result second = evaluations.evaluate(version, OWN, false);
    assertThat(second.cached()).isTrue();
    assertThat(second.evaluation()).usingRecursiveComparison().isEqualTo(made);
    assertThat(evaluations.kept(version, OWN).id()).isEqualTo(made.id());
    assertThat(evaluations.onOwnTestImages(version)).isPresent();
    Mistakes mistakes = evaluations.mistakes(version, OWN, null, null);
    assertThat(mistakes.page(100, 0, false))
        .hasSize(mistakes.count())
        .isSortedAccordingTo((a, b) -> Float.compare(b.confidence(), a.confidence()))
        .allSatisfy(
            each -> {
              assertThat(each.predicted())
                  .isEqualTo(TrainedModels.CLASSES.get(expected[each.index()]))
                  .isNotEqualTo(each.truth());
              assertThat(each.truth()).isEqualTo(TrainedModels.CLASSES.get(each.index() * 7 % 10));
            });
    assertThat(mistakes.count())
        .isEqualTo((int) Math.round((1 - accuracy(expected)) * LabelledNoise.IMAGES));
    assertThat(mistakes.page(1, 0, true))
        .containsExactly(mistakes.page(1, mistakes.count() - 1, false).get(0));
    String predicted = mistakes.page(1, 0, false).get(0).predicted();
    assertThat(evaluations.mistakes(version, OWN, null, predicted).page(100, 0, false))
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.predicted()).isEqualTo(predicted));
    assertThatThrownBy(() -> evaluations.mistakes(version, OWN, "hamster", null))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("hamster");
  }

  @Test
  void aNewEvaluationReplacesTheOldOneAndItsFile() throws IOException {
    Evaluation old = evaluations.evaluate(version, OWN, false).evaluation();
    Evaluator.Result again = evaluations.evaluate(version, OWN, true);

    assertThat(again.cached()).isFalse();
    assertThat(again.evaluation().id()).isNotEqualTo(old.id());
    assertThat(models().resolve(old.file())).doesNotExist();
    assertThat(evaluations.list(version, true, 10, 0)).hasSize(1);
    Files.write(models().resolve(again.evaluation().file()), new byte[20]);
    assertThatThrownBy(() -> evaluations.mistakes(version, OWN, null, null))
        .hasMessageContaining("damaged")
        .hasMessageContaining("\"refresh\": true");
  }

  @Test
  void classesAreMatchedByName() {
    var reversed = Images.of("reversed", Split.TRAIN);
    assertThat(evaluations.evaluate(version, reversed, false).evaluation().metrics().accuracy())
        .isEqualTo(accuracy(predictedByDl4j(NETWORK)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pets   | MISFIT  | only the data set has hamster; only the version has truck",
        "large  | MISFIT  | images of 48×48 pixels, model 'net' version 1 takes 32×32",
        "planes | INVALID | There is no data set 'planes'"
      })
  void imagesThatDoNotFitAreRefusedBeforeTheyAreLoaded(
      String dataset, EvaluationException.Reason reason, String message) {
    catalog.loading =
        () -> {
          throw new AssertionError("loaded");
        };
    assertThatThrownBy(() -> evaluations.evaluate(version, Images.of(dataset, Split.TEST), false))
        .isInstanceOfSatisfying(
            EvaluationException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  @Test
  void twoVersionsAreComparedImageByImage() throws IOException {
    ComputationGraph other = TrainedModels.network(2);
    ModelVersion second = registered("job-2", other);
    assertThatThrownBy(() -> evaluations.compare(version, second, null, Split.TEST))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("POST /api/v1/models/net/versions/1/evaluate with {\"dataset\": ");
    evaluations.evaluate(version, OWN, false);
    evaluations.evaluate(second, OWN, false);

    Comparison comparison = evaluations.compare(version, second, null, Split.TEST);

    int[] a = predictedByDl4j(NETWORK);
    int[] b = predictedByDl4j(other);
    ImageSet set = LabelledNoise.images(ImageShape.CIFAR);
    int[] counts = new int[4];
    for (int i = 0; i < set.count(); i++) {
      counts[(a[i] == set.label(i) ? 0 : 2) + (b[i] == set.label(i) ? 0 : 1)]++;
    }
    assertThat(comparison.bothRight()).isEqualTo(counts[0]);
    assertThat(comparison.onlyA()).isEqualTo(counts[1]);
    assertThat(comparison.onlyB()).isEqualTo(counts[2]);
    assertThat(comparison.bothWrong()).isEqualTo(counts[3]);
    assertThat(comparison.pValue()).isEqualTo(McNemar.exact(counts[1], counts[2]));
    assertThat(comparison.meaning()).isNotEmpty();
    double mean =
        comparison.classes().stream().mapToDouble(each -> each.a() * each.images()).sum() / 70;
    assertThat(mean).isCloseTo(accuracy(a), within(1e-12));
  }

  @Test
  void aVersionThatIsDeletedMeanwhileLeavesNothing() throws IOException {
    evaluations.evaluate(version, Images.of(null, Split.TRAIN), false);
    catalog.loading = () -> registry.delete("net", 1);
    // The network is gone before it is opened, or its row before the result is stored.
    assertThatThrownBy(() -> evaluations.evaluate(version, OWN, false))
        .isInstanceOf(EvaluationException.class);
    assertThat(VolumeFiles.entries(models().resolve("net"))).isEmpty();
    assertThat(evaluations.count(version)).isZero();
    assertThatThrownBy(
            () ->
                evaluator.keep(
                    version,
                    new Evaluator.Measured(
                        images.choose(version, null, Split.TEST),
                        LabelledNoise.SHA_256,
                        Predictions.ofImages(1),
                        metrics(),
                        "dl4j",
                        "float32",
                        1)))
        .isInstanceOf(UnknownModelException.class);
    assertThat(VolumeFiles.entries(models().resolve("net"))).isEmpty();
  }

  private static dev.resnet.models.EvaluationMetrics metrics() {
    var scores = new Scores(TrainedModels.CLASSES);
    scores.add(0, new float[10]);
    return scores.metrics();
  }

  @Test
  void aNewVersionIsEvaluatedOnItsOwnThreadAndAFailureLosesNothing() throws Exception {
    var news = new NewVersions(evaluator, images, true, 1);
    ModelVersion damaged = registered("job-2", TrainedModels.network(2));
    Files.write(models().resolve(damaged.file()), new byte[] {1});
    var done = new CountDownLatch(2);
    catalog.loading = done::countDown;
    news.evaluate(new VersionRegistered(damaged));
    done.countDown();
    done.await();
    catalog.loading = () -> {};
    assertThat(news.testAccuracy(version, "synthetic", LabelledNoise.SHA_256, () -> false))
        .isEqualTo(OptionalDouble.of(accuracy(predictedByDl4j(NETWORK))));
    assertThat(news.testAccuracy(damaged, "synthetic", LabelledNoise.SHA_256, () -> false))
        .isEmpty();
    assertThat(news.testAccuracy(version, "pets", "ef".repeat(32), () -> false)).isEmpty();
    news.close();
    assertThat(evaluations.count(damaged)).isZero();
    assertThat(evaluations.count(version)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aKeptResultHasItsFile(Mode mode) throws Exception {
    open(disk.at(models()));
    EveryOperation.fails(
        disk,
        mode,
        new EveryOperation.Work() {
          @Override
          public void run(int k) {
            evaluations.evaluate(version, OWN, true);
          }

          @Override
          public void check(int k, @Nullable Throwable thrown) throws IOException {
            for (ListedEvaluation listed : evaluations.list(version, true, 10, 0)) {
              Evaluation kept = evaluations.get(version, listed.id());
              Path file = models().resolve(kept.file());
              assertThat(Sha256.of(file)).isEqualTo(kept.sha256());
              assertThat(Predictions.of(Files.readAllBytes(file)).count())
                  .isEqualTo(LabelledNoise.IMAGES);
            }
            if (thrown == null) {
              assertThat(evaluations.count(version)).isEqualTo(1);
            }
          }
        });
  }
}
