package dev.resnet.serving;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.OpenMp;
import dev.resnet.engine.OwningEngine;
import dev.resnet.engine.Precision;
import dev.resnet.pictures.ImageShape;
import java.io.IOException;
import java.nio.file.Path;

/** Opens model files for inference. */
@FunctionalInterface
interface InferenceEngines {

  /**
   * @param modelZip a DL4J zip
   * @param shape of the input images
   */
  InferenceEngine open(Path modelZip, ImageShape shape) throws IOException;

  /** The fastest engine for this precision; models are loaded on one thread (decision 014). */
  static InferenceEngines in(Precision precision) {
    return (file, shape) ->
        OpenMp.withThreads(1, () -> OwningEngine.load(file, EngineName.AUTO, precision, shape));
  }
}
