package dev.resnet.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointsTests {

  @Test
  void keepsTheNewestTwoAndTheBest() {
    assertThat(Checkpoints.kept(files(0.5, 0.9, 0.7, 0.6, 0.8))).containsExactly(2, 4, 5);
    assertThat(Checkpoints.kept(files(0.5, 0.6, 0.7))).containsExactly(2, 3);
    assertThat(Checkpoints.kept(files(0.5))).containsExactly(1);
    assertThat(Checkpoints.kept(List.of())).isEmpty();
  }

  @Test
  void takesTheEarlierOfTwoEquallyGoodOnes() {
    assertThat(Checkpoints.kept(files(0.9, 0.9, 0.1, 0.1))).containsExactly(1, 3, 4);
  }

  private static List<CheckpointFile> files(double... accuracies) {
    List<CheckpointFile> files = new ArrayList<>();
    for (int i = 0; i < accuracies.length; i++) {
      files.add(new CheckpointFile(i + 1, Path.of("epoch-" + (i + 1)), 1, "", accuracies[i]));
    }
    return files;
  }
}
