package dev.resnet.serving;

import dev.resnet.engine.InferenceEngine;
import java.io.IOException;
import java.nio.file.Path;

/** Opens model files for inference. */
@FunctionalInterface
interface InferenceEngines {

  /**
   * @param modelZip a DL4J zip
   */
  InferenceEngine open(Path modelZip) throws IOException;
}
