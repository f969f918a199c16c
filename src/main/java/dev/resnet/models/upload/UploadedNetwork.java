package dev.resnet.models.upload;

import dev.resnet.engine.GraphVariable;
import dev.resnet.engine.NotFinite;
import dev.resnet.engine.OpenMp;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/**
 * A network from a zip that a stranger sent. DL4J's JSON names classes, so DL4J never sees it: the
 * graph is built anew from its {@link ResNetSpec}, and the floats are counted and copied into it.
 */
public final class UploadedNetwork {
  private static final String CONFIGURATION = "configuration.json";
  private static final String COEFFICIENTS = "coefficients.bin";
  private static final Pattern BLOCK = Pattern.compile("stage1-block[1-9]\\d*");

  /** A block has at most eight vertices, a network four outside of its blocks. */
  private static final int VERTICES_OF_A_BLOCK = 8;

  /** The running variance of a normalisation, as {@link GraphVariable} names it. */
  private static final String VARIANCE = "_var";

  private final Path zip;
  private final ZipLimits limits;
  private final Set<String> seen = new HashSet<>();
  private @Nullable Set<String> vertices;
  private long floats = -1;

  private UploadedNetwork(Path zip, ZipLimits limits) {
    this.zip = zip;
    this.limits = limits;
  }

  /**
   * Reads a network.
   *
   * @param stackN null if the zip says
   * @return a graph; the caller closes its parameters
   * @throws RefusedNetworkException if the file is no such network
   * @throws IOException if the file can't be read
   */
  public static ComputationGraph read(
      Path zip, int classes, ImageShape shape, @Nullable Integer stackN, ZipLimits limits)
      throws IOException {
    var uploaded = new UploadedNetwork(zip, limits);
    new ZipEntries(zip, limits).forEach(uploaded::inspect);
    var spec = new ResNetSpec(uploaded.stackN(stackN), classes, shape);
    uploaded.requireFloatsOf(spec);
    // One thread: decision 014.
    return OpenMp.withThreads(1, () -> uploaded.copiedInto(spec));
  }

  /** The blocks per stage of a network with these vertices. */
  public static int blocks(Set<String> vertices) {
    return (int) vertices.stream().filter(name -> BLOCK.matcher(name).matches()).count();
  }

  /** Looks at everything before any memory is taken for it. */
  private void inspect(String name, DataInputStream content) throws IOException {
    if (!seen.add(name)) {
      throw new RefusedNetworkException("The zip has two entries of the same name.");
    }
    if (name.equals(CONFIGURATION)) {
      vertices =
          VertexNames.read(
              content, VERTICES_OF_A_BLOCK * 3 * limits.stackN() + VERTICES_OF_A_BLOCK);
    } else if (name.equals(COEFFICIENTS)) {
      long announced = FloatVector.header(content);
      long bytes = 0;
      byte[] buffer = new byte[1 << 16];
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        bytes += n;
      }
      if (announced > limits.size().toBytes() || bytes != announced * Float.BYTES) {
        throw new RefusedNetworkException(
            "The entry coefficients.bin announces %d floats and has %d bytes for them."
                .formatted(announced, bytes));
      }
      floats = announced;
    }
  }

  private int stackN(@Nullable Integer declared) {
    if (floats < 0) {
      throw new RefusedNetworkException(
          "The zip has no entry coefficients.bin, so it is no DL4J model.");
    }
    if (vertices == null) {
      if (declared == null) {
        throw new RefusedNetworkException(
            "The zip has no entry configuration.json: say the number of blocks in the card"
                + " (stack_n).");
      }
      return declared;
    }
    int blocks = blocks(vertices);
    if (declared != null && declared != blocks) {
      throw new RefusedNetworkException(
          "The card says stack_n %d, the zip's configuration.json %d.".formatted(declared, blocks));
    }
    if (blocks < 1 || blocks > limits.stackN()) {
      throw new RefusedNetworkException(
          "The network has %d blocks per stage; it must be one of this service, with 1 to %d (resnet.models.upload.max-stack-n)."
              .formatted(blocks, limits.stackN()));
    }
    return blocks;
  }

  private void requireFloatsOf(ResNetSpec spec) {
    if (floats != spec.parameters()) {
      throw new RefusedNetworkException(
          "The entry coefficients.bin has %d floats, but a network with stack_n %d and %d classes has %d. Does the card list all classes?"
              .formatted(floats, spec.stackN(), spec.classes(), spec.parameters()));
    }
    if (vertices != null && !vertices.equals(spec.configuration(1, 0.9).getVertices().keySet())) {
      throw new RefusedNetworkException(
          "The layers in configuration.json are not those of a network of this service.");
    }
  }

  private ComputationGraph copiedInto(ResNetSpec spec) throws IOException {
    ComputationGraph graph = spec.initialise(1, 0.9);
    try {
      FloatBuffer parameters = graph.params().data().asNioFloat();
      new ZipEntries(zip, limits)
          .forEach(
              (name, content) -> {
                if (name.equals(COEFFICIENTS)) {
                  FloatVector.header(content);
                  FloatVector.values(content, parameters);
                }
              });
      requireUsable(graph);
      return graph;
    } catch (IOException | RuntimeException | Error e) {
      graph.params().close();
      throw e;
    }
  }

  private static void requireUsable(ComputationGraph graph) {
    NotFinite.in(graph)
        .ifPresent(
            what -> {
              throw new RefusedNetworkException("In the network " + what + " is not finite.");
            });
    for (GraphVariable variable : GraphVariable.all(graph)) {
      if (variable.name().endsWith(VARIANCE) && variable.values().minNumber().floatValue() < 0) {
        throw new RefusedNetworkException(
            "In the network the running statistic %s is negative.".formatted(variable.name()));
      }
    }
  }
}
