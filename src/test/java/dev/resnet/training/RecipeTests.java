package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecipeTests {

  @Test
  void theSmallRecipeFitsEveryNumberOfImages() {
    for (int images = 1; images <= 60_000; images += images < 2000 ? 1 : 997) {
      TrainingConfig config = small(images, false);
      assertThat(config.iterationsPerEpoch(images)).as("%d images", images).isPositive();
      assertThat(config.epochs()).isBetween(20, 120);
      assertThat(config.batchSize()).isLessThanOrEqualTo(128);
    }
  }

  private static TrainingConfig small(int images, boolean fromWeights) {
    return Recipe.SMALL.config(3, "any", images, fromWeights);
  }
}
