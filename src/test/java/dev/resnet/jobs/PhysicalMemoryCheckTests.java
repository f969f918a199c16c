package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.data.DatasetInfo;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.Recipe;
import dev.resnet.training.TrainingConfig;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class PhysicalMemoryCheckTests {
  private static final DatasetInfo DATASET =
      new DatasetInfo(
          "any",
          Collections.nCopies(10, "class"),
          ImageShape.CIFAR,
          ResizePolicy.CROP,
          50_000,
          10_000,
          DatasetInfo.Status.READY,
          null,
          null,
          null,
          null,
          null);

  @Test
  void acceptsWhatFitsAndRefusesOneByteLess() {
    // ResNet-20 with stock DL4J: eight bytes of memory per byte of activations, as measured.
    long needed = 8L * 4 * 128 * (19 * 1024 + 12 * (16 * 1024 + 32 * 256 + 64 * 64));

    assertThat(new PhysicalMemoryCheck(DataSize.ofBytes(needed)).refusal(config(3), DATASET))
        .isEmpty();
    assertThat(new PhysicalMemoryCheck(DataSize.ofBytes(needed - 1)).refusal(config(3), DATASET))
        .isPresent();
  }

  @Test
  void saysHowMuchMemoryIsNeededAndWhatToDo() {
    assertThat(new PhysicalMemoryCheck(DataSize.ofMegabytes(100)).refusal(config(3), DATASET))
        .hasValueSatisfying(
            reason ->
                assertThat(reason)
                    .contains("1,420 MB")
                    .contains("100 MB")
                    .contains("batch_size (about 9 would fit)")
                    .contains("resnet.jobs.memory-limit"));
  }

  @Test
  void theImagesTakeThreeQuartersOfTheHeapAtMost() {
    long images = 60_000L * 3072;
    DataSize unlimited = DataSize.ofTerabytes(1);

    assertThat(new PhysicalMemoryCheck(unlimited, images * 4 / 3).refusal(config(1), DATASET))
        .isEmpty();
    assertThat(new PhysicalMemoryCheck(unlimited, images * 4 / 3 - 4).refusal(config(1), DATASET))
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("176 MB of the Java heap", "java -Xmx235m"));
  }

  @Test
  void usesTheMachinesMemoryIfNoLimitIsSet() {
    var check = new PhysicalMemoryCheck(DataSize.ofBytes(0));

    assertThat(check.refusal(config(1), DATASET)).isEmpty();
    assertThat(check.refusal(config(100_000), DATASET)).isPresent();
  }

  private static TrainingConfig config(int stackN) {
    TrainingConfig paper = Recipe.PAPER.config(stackN, "any", 50000, null);
    return new TrainingConfig(
        stackN,
        "any",
        paper.epochs(),
        128,
        paper.learningRate(),
        paper.momentum(),
        paper.weightDecay(),
        paper.augmentation(),
        EngineName.DL4J,
        Precision.FLOAT32,
        1,
        null,
        null);
  }
}
