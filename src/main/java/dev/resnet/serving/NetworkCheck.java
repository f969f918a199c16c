package dev.resnet.serving;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Looks at the file of a trained network before it is registered. */
@FunctionalInterface
interface NetworkCheck {

  /**
   * @param modelZip a DL4J zip
   * @throws IllegalArgumentException where the network can't classify; the message says why
   */
  void check(Path modelZip) throws IOException;

  /** Every parameter, running mean and variance is a finite number. */
  static void finite(Path modelZip) throws IOException {
    try (var zip = new ZipFile(modelZip.toFile())) {
      ZipEntry entry = zip.getEntry(ModelSerializer.COEFFICIENTS_BIN);
      if (entry == null) {
        throw new IOException(
            modelZip + " has no " + ModelSerializer.COEFFICIENTS_BIN + ": it is no DL4J model");
      }
      try (var in = new DataInputStream(new BufferedInputStream(zip.getInputStream(entry)));
          INDArray parameters = Nd4j.read(in)) {
        DataBuffer values = parameters.data();
        for (long i = 0; i < values.length(); i++) {
          if (!Float.isFinite(values.getFloat(i))) {
            throw new IllegalArgumentException(
                "parameter %d of %d is %s".formatted(i + 1, values.length(), values.getFloat(i)));
          }
        }
      }
    }
  }
}
