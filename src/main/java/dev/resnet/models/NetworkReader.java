package dev.resnet.models;

import dev.resnet.files.AtomicFiles;
import dev.resnet.models.ModelUploads.Card;
import dev.resnet.models.upload.UploadedNetwork;
import dev.resnet.models.upload.ZipLimits;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;

/** Reads a network from a file that a stranger sent. */
@FunctionalInterface
interface NetworkReader {

  /**
   * A network that has been checked.
   *
   * @param content writes it as a DL4J zip
   * @param memory freed by {@link #close}
   */
  record Network(int stackN, AtomicFiles.Content content, Runnable memory)
      implements AutoCloseable {
    @Override
    public void close() {
      memory.run();
    }
  }

  /**
   * @throws dev.resnet.models.upload.RefusedNetworkException if it is no network of this service
   * @throws IOException if the file can't be read
   */
  Network read(Path file, Card card) throws IOException;

  /** Reads DL4J zips. */
  static NetworkReader of(ZipLimits limits) {
    return (file, card) -> {
      ComputationGraph graph =
          UploadedNetwork.read(file, card.classes().size(), card.shape(), card.stackN(), limits);
      return new Network(
          UploadedNetwork.blocks(graph.getConfiguration().getVertices().keySet()),
          out -> ModelSerializer.writeModel(graph, out, false),
          () -> graph.params().close());
    };
  }
}
