package dev.resnet.benchmark;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.resnet.engine.onnx.OnnxCard;
import dev.resnet.engine.onnx.OnnxInput;
import dev.resnet.engine.onnx.OnnxModel;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.Random;

/** The exported network in ONNX Runtime, float32, with all of its graph optimisations. */
final class OnnxRuntimeContender implements Contender {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final OnnxTensor images;

  /**
   * @param threads of one run
   */
  OnnxRuntimeContender(Setting setting, int threads) {
    if (setting.training()) {
      throw new IllegalArgumentException("ONNX Runtime is measured in inference only");
    }
    try {
      var options = new OrtSession.SessionOptions();
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(threads);
      session = environment.createSession(exported(setting), options);
      var random = new Random(1);
      float[] pixels = new float[setting.batch() * 3 * 32 * 32];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) random.nextGaussian();
      }
      images =
          OnnxTensor.createTensor(
              environment, FloatBuffer.wrap(pixels), new long[] {setting.batch(), 3, 32, 32});
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] exported(Setting setting) {
    var card =
        new OnnxCard(
            "benchmark",
            1,
            Collections.nCopies(10, "class"),
            ImageShape.CIFAR,
            new Normalization(new float[3], new float[] {1, 1, 1}),
            "crop");
    var out = new ByteArrayOutputStream();
    try {
      OnnxModel.write(
          new ResNetSpec(setting.stackN(), 10).initialise(1, 0.9), card, OnnxInput.FLOAT32, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public void run() {
    try (var result = session.run(Map.of("image", images))) {
      result.get(0).getValue();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      images.close();
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
