package dev.resnet.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ImageMemoryTests {
  private static final long IMAGE = ImageShape.CIFAR.values();

  private static DatasetInfo dataset(String name, @Nullable String version, int images) {
    return new DatasetInfo(
        name,
        List.of("a", "b"),
        ImageShape.CIFAR,
        ResizePolicy.CROP,
        images - 1,
        1,
        DatasetInfo.Status.READY,
        null,
        version,
        null,
        null,
        version == null ? null : new DatasetInfo.Uploaded(Instant.EPOCH, null));
  }

  @Test
  void threeQuartersOfTheHeapMayBeImages() {
    var memory = new ImageMemory(1000 * IMAGE);

    assertThat(memory.refusal(dataset("a", null, 750))).isEmpty();
    assertThat(memory.refusal(dataset("a", null, 751)))
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("data set a", "-Xmx", "a smaller size"));
  }

  @Test
  void theImagesOfRunningJobsCountOnceForEachVersion() {
    var memory = new ImageMemory(1000 * IMAGE);
    var first = memory.hold(dataset("b", "v1", 300));
    var second = memory.hold(dataset("b", "v1", 300));
    assertThat(memory.refusalBeside(dataset("a", null, 450))).isEmpty();
    assertThat(memory.refusalBeside(dataset("a", null, 451)))
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("data set a", "jobs that run", "-Xmx"));
    first.close();
    first.close();
    assertThat(memory.refusalBeside(dataset("a", null, 451))).as("one job is left").isPresent();
    try (var other = memory.hold(dataset("b", "v2", 1))) {
      assertThat(memory.refusalBeside(dataset("a", null, 450))).isPresent();
    }
    try (var same = memory.hold(dataset("a", null, 451))) {
      assertThat(memory.refusalBeside(dataset("a", null, 451))).as("a job has it").isEmpty();
    }
    second.close();
    assertThat(memory.refusalBeside(dataset("a", null, 750))).isEmpty();
  }
}
