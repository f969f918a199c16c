package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.Augmentation;
import dev.resnet.training.ClassWeights;
import dev.resnet.training.EarlyStopping;
import dev.resnet.training.Freeze;
import dev.resnet.training.Keep;
import dev.resnet.training.LearningRate;
import dev.resnet.training.Recipe;
import dev.resnet.training.StartFrom;
import dev.resnet.training.TrainingConfig;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigJsonTests {

  static Stream<LearningRate> schedules() {
    return Stream.of(
        new LearningRate.Piecewise(List.of(0.1, 0.01, 1e-5), List.of(80, 120)),
        new LearningRate.Cosine(0.2, 1.5),
        new LearningRate.OneCycle(0.3, 5),
        new LearningRate.Constant(1.0 / 3));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void everyHyperparameterIsReadAsWritten(LearningRate schedule) {
    var config =
        new TrainingConfig(
                18,
                "my set",
                7,
                256,
                schedule,
                0.95,
                5e-4,
                new Augmentation(3, false, 9),
                EngineName.ONEDNN,
                Precision.BFLOAT16,
                Long.MIN_VALUE,
                5000,
                null)
            .choosing(0.15, Keep.BEST, new EarlyStopping(10, 1e-3))
            .fitting(
                0.1,
                ClassWeights.BALANCED,
                new StartFrom(null, null, "a-job", 7, Freeze.BACKBONE, "ab".repeat(32)));
    assertThat(ConfigJson.read(ConfigJson.write(config))).isEqualTo(config);
  }

  @Test
  void isWrittenInTheFormOfTheApi() {
    assertThat(ConfigJson.write(Recipe.PAPER.config(3, "cifar10", 50000, null)))
        .isEqualTo(
            """
            {"stack_n":3,"dataset":"cifar10","epochs":200,"batch_size":128,\
            "learning_rate":{"schedule":"piecewise","values":[0.1,0.01,0.001],"boundaries":[80,120]},\
            "momentum":0.9,"weight_decay":1.0E-4,\
            "augmentation":{"crop_padding":4,"horizontal_flip":true,"cutout":0},\
            "engine":"auto","precision":"auto","seed":1,"train_limit":null,"test_limit":null,\
            "validation_fraction":0.0,"keep":"last","early_stopping":null,\
            "label_smoothing":0.0,"class_weights":"none","start_from":null}""");
  }

  @Test
  void aRowOfAnEarlierVersionIsRead() {
    assertThat(
            ConfigJson.read(
                """
                {"stack_n":3,"dataset":"cifar10","epochs":200,"batch_size":128,\
                "learning_rate":{"schedule":"piecewise","values":[0.1,0.01,0.001],"boundaries":[80,120]},\
                "momentum":0.9,"weight_decay":1.0E-4,\
                "augmentation":{"crop_padding":4,"horizontal_flip":true},\
                "engine":"auto","precision":"auto","seed":1,"train_limit":null,"test_limit":null}"""))
        .isEqualTo(Recipe.PAPER.config(3, "cifar10", 50000, null));
  }

  @Test
  void weightsAreWrittenAsTheyWereNamed() {
    var start = new StartFrom("resnet-20", 3, null, null, Freeze.NONE, "ab".repeat(32));
    var config =
        Recipe.PAPER.config(3, "cifar10", 50000, null).fitting(0, ClassWeights.NONE, start);
    assertThat(ConfigJson.write(config))
        .endsWith(
            """
            "start_from":{"model":"resnet-20","version":3,"freeze":"none","sha256":"%s"}}"""
                .formatted("ab".repeat(32)));
  }
}
