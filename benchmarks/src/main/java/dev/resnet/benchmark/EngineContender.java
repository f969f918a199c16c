package dev.resnet.benchmark;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Precision;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** The service's own engines, stock DL4J among them. */
final class EngineContender {
  private EngineContender() {}

  static Contender of(EngineName name, Precision precision, Setting setting) {
    ComputationGraph graph = new ResNetSpec(setting.stackN(), 10).initialise(1, 0.9);
    return setting.training()
        ? training(
            Engines.training(name, precision, graph, ImageShape.CIFAR, setting.batch(), 1e-4),
            setting)
        : inference(Engines.inference(name, precision, graph, ImageShape.CIFAR), setting);
  }

  private static Contender training(TrainingEngine engine, Setting setting) {
    var batch = Minibatch.allocate(engine.inputLayout(), setting.batch(), 3, 32, 32);
    batch.images().data().setData(pixels(setting.batch()));
    int[] labels = new Random(2).ints(setting.batch(), 0, 10).toArray();
    System.arraycopy(labels, 0, batch.labels(), 0, labels.length);
    return new Contender() {
      @Override
      public void run() {
        engine.step(batch, 0.1);
      }

      @Override
      public void close() {
        engine.close();
      }
    };
  }

  private static Contender inference(InferenceEngine engine, Setting setting) {
    float[] images = pixels(setting.batch());
    return new Contender() {
      @Override
      public void run() {
        engine.probabilities(images, setting.batch());
      }

      @Override
      public void close() {
        engine.close();
      }
    };
  }

  private static float[] pixels(int images) {
    var random = new Random(1);
    float[] pixels = new float[images * 3 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return pixels;
  }
}
