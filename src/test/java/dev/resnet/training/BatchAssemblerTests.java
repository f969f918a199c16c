package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.data.CounterRandom;
import dev.resnet.data.ImageSet;
import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchAssemblerTests {
  private final ImageSet set = images(40);
  private final Normalization normalization = set.normalization();

  @ParameterizedTest
  @EnumSource(ImageLayout.class)
  void hostAndDeviceMakeTheSameTensors(ImageLayout layout) {
    var host = new HostBatchAssembler(set, normalization, layout);
    var device = new DeviceBatchAssembler(set, normalization, layout);
    int[] order = CounterRandom.permutation(set.count(), 3, 2);
    for (int iteration = 0; iteration < 2; iteration++) {
      BatchPlan plan = plan(order, 20, iteration, new Augmentation(4, true, 11));
      Minibatch a = BatchPipeline.allocate(layout, 20, ImageShape.CIFAR);
      Minibatch b = BatchPipeline.allocate(layout, 20, ImageShape.CIFAR);
      host.assemble(plan, a);
      device.assemble(plan, b);

      assertThat(a.images().sub(b.images()).amaxNumber().doubleValue()).isZero();
      assertThat(a.labels()).isEqualTo(b.labels());
    }
  }

  @Test
  void leavesTestImagesAsTheyAre() {
    Minibatch batch = BatchPipeline.allocate(ImageLayout.NCHW, 3, ImageShape.CIFAR);
    new HostBatchAssembler(set, normalization, ImageLayout.NCHW)
        .assemble(BatchPlans.unchanged(new int[] {5, 6, 7}, 0, 3), batch);

    for (int c = 0; c < 3; c++) {
      int pixel = set.pixels()[6 * ImageShape.CIFAR.values() + 3 * (31 * 32 + 7) + c] & 0xff;
      assertThat(batch.images().getFloat(1, c, 31, 7)).isEqualTo(normalization.table()[c][pixel]);
    }
    assertThat(batch.labels()).containsExactly(set.label(5), set.label(6), set.label(7));
  }

  @Test
  void cropsFromTheZeroPaddedImageAndThenMirrors() {
    var plan =
        new BatchPlan(
            new int[] {2},
            new int[] {-4},
            new int[] {3},
            new boolean[] {true},
            0,
            new int[1],
            new int[1]);
    Minibatch batch = BatchPipeline.allocate(ImageLayout.NCHW, 1, ImageShape.CIFAR);
    new HostBatchAssembler(set, normalization, ImageLayout.NCHW).assemble(plan, batch);

    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        int row = y - 4;
        int column = 31 - x + 3;
        float expected =
            row < 0 || column > 31
                ? 0
                : normalization
                    .table()[0][
                    set.pixels()[2 * ImageShape.CIFAR.values() + 3 * (row * 32 + column)] & 0xff];
        assertThat(batch.images().getFloat(0, 0, y, x)).isEqualTo(expected);
      }
    }
  }

  @Test
  void visitsEachImageOncePerEpochAndDropsThePartialBatch() {
    int[] order = CounterRandom.permutation(40, 1, 0);
    var seen = new java.util.HashSet<Integer>();
    for (int iteration = 0; iteration < 40 / 16; iteration++) {
      for (int image : plan(order, 16, iteration, Augmentation.NONE).images()) {
        assertThat(seen.add(image)).isTrue();
      }
    }

    assertThat(seen).hasSize(32);
  }

  @Test
  void drawsNineByNineCropPositions() {
    int[] order = CounterRandom.permutation(4000, 1, 0);
    BatchPlan plan = plan(order, 4000, 0, new Augmentation(4, true));

    assertThat(Arrays.stream(plan.rows()).distinct().sorted().toArray())
        .containsExactly(-4, -3, -2, -1, 0, 1, 2, 3, 4);
    assertThat(Arrays.stream(plan.columns()).distinct().count()).isEqualTo(9);
    assertThat(plan.flips()).contains(true, false);
  }

  @Test
  void cutsASquareThatIsClippedAtTheBorder() {
    int[] order = CounterRandom.permutation(4000, 1, 0);
    BatchPlan plan = plan(order, 4000, 0, new Augmentation(0, false, 9));

    // The centre is anywhere in the image.
    for (int[] first : List.of(plan.cutRows(), plan.cutColumns())) {
      assertThat(Arrays.stream(first).distinct().count()).isEqualTo(32);
      assertThat(Arrays.stream(first).min()).hasValue(-4);
      assertThat(Arrays.stream(first).max()).hasValue(27);
    }

    var cut =
        new BatchPlan(
            new int[1], new int[1], new int[1], new boolean[1], 9, new int[] {-4}, new int[] {27});
    Minibatch batch = BatchPipeline.allocate(ImageLayout.NCHW, 1, ImageShape.CIFAR);
    new HostBatchAssembler(set, normalization, ImageLayout.NCHW).assemble(cut, batch);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        int pixel = set.pixels()[3 * (y * 32 + x)] & 0xff;
        float expected = y < 5 && x >= 27 ? 0 : normalization.table()[0][pixel];
        assertThat(batch.images().getFloat(0, 0, y, x)).isEqualTo(expected);
      }
    }
  }

  private static BatchPlan plan(int[] order, int size, int iteration, Augmentation augmentation) {
    return BatchPlans.training(order, ImageShape.CIFAR, size, iteration, augmentation, 1, 0);
  }

  private static ImageSet images(int count) {
    byte[] pixels = new byte[count * ImageShape.CIFAR.values()];
    new Random(1).nextBytes(pixels);
    short[] labels = new short[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (short) (i % 10);
    }
    return new ImageSet(ImageShape.CIFAR, pixels, labels);
  }
}
