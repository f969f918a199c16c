package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeTests {

  @ParameterizedTest
  @CsvSource({
    "1, 120, 1",
    "15, 120, 15",
    "20, 120, 16",
    "150, 120, 16",
    "200, 120, 16",
    "500, 101, 16",
    "1023, 70, 32",
    "1024, 70, 64",
    "2000, 50, 64",
    "50000, 20, 128"
  })
  void theSmallRecipeFollowsFromTheNumberOfImages(int images, int epochs, int batch) {
    TrainingConfig config = small(images, null);
    assertThat(config.epochs()).isEqualTo(epochs);
    assertThat(config.batchSize()).isEqualTo(batch);
    assertThat(config.iterationsPerEpoch(images)).isPositive();
    assertThat(config.learningRate()).isEqualTo(new LearningRate.OneCycle(0.1, epochs / 4.0));
  }

  @Test
  void earlierWeightsNeedFewerEpochsAndALowerRate() {
    TrainingConfig all = small(200, Freeze.NONE);
    assertThat(all.epochs()).isEqualTo(60);
    assertThat(all.learningRate()).isEqualTo(new LearningRate.OneCycle(0.05, 60 / 4.0));

    TrainingConfig lastLayer = small(200, Freeze.BACKBONE);
    assertThat(lastLayer.epochs()).isEqualTo(60);
    assertThat(lastLayer.learningRate()).isEqualTo(new LearningRate.OneCycle(0.1, 60 / 4.0));
  }

  @Test
  void theOtherRecipesDoNotDependOnTheImages() {
    for (Recipe recipe : new Recipe[] {Recipe.PAPER, Recipe.FAST}) {
      assertThat(recipe.config(3, "any", 10, Freeze.NONE))
          .isEqualTo(recipe.config(3, "any", 50_000, null));
    }
  }

  private static TrainingConfig small(int images, @Nullable Freeze start) {
    return Recipe.SMALL.config(3, "any", images, start);
  }
}
