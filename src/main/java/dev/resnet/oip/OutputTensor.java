package dev.resnet.oip;

import dev.resnet.serving.Classification;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** An output of an inference, with its elements in row-major order. */
public sealed interface OutputTensor {
  RequestedOutput requested();

  /** Each dimension. */
  List<Integer> shape();

  default String datatype() {
    return this instanceof Floats ? "FP32" : "BYTES";
  }

  /**
   * The elements in the binary form of both transports: little-endian; a text is its length in four
   * bytes, then its bytes.
   */
  default ByteBuffer binaryData() {
    if (this instanceof Floats floats) {
      ByteBuffer data =
          ByteBuffer.allocate(Float.BYTES * shape().get(0) * shape().get(1))
              .order(ByteOrder.LITTLE_ENDIAN);
      for (float[] row : floats.rows()) {
        for (float value : row) {
          data.putFloat(value);
        }
      }
      return data.flip();
    }
    List<byte[]> texts =
        ((Texts) this).texts().stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    ByteBuffer data =
        ByteBuffer.allocate(texts.stream().mapToInt(text -> Integer.BYTES + text.length).sum())
            .order(ByteOrder.LITTLE_ENDIAN);
    texts.forEach(text -> data.putInt(text.length).put(text));
    return data.flip();
  }

  /**
   * @param rows [images, classes]
   */
  record Floats(RequestedOutput requested, List<Integer> shape, float[][] rows)
      implements OutputTensor {}

  /** UTF-8 texts. */
  record Texts(RequestedOutput requested, List<Integer> shape, List<String> texts)
      implements OutputTensor {}

  static OutputTensor of(RequestedOutput requested, Classification answer) {
    float[][] rows = answer.probabilities();
    List<String> classes = answer.version().classes();
    if (requested.name().equals(RequestedOutput.LABEL)) {
      return new Texts(
          requested,
          List.of(rows.length),
          Stream.of(rows).map(row -> classes.get(best(row, 1)[0])).toList());
    }
    int top = (int) requested.classification();
    if (top == 0) {
      return new Floats(requested, List.of(rows.length, classes.size()), rows);
    }
    // The form of the classification extension: value:index:label.
    IntFunction<Stream<String>> texts =
        image ->
            IntStream.of(best(rows[image], top))
                .mapToObj(c -> rows[image][c] + ":" + c + ":" + classes.get(c));
    return new Texts(
        requested,
        List.of(rows.length, top),
        IntStream.range(0, rows.length).mapToObj(texts).flatMap(text -> text).toList());
  }

  /** The most probable classes; of equal ones the lower index comes first. */
  private static int[] best(float[] probabilities, int top) {
    return IntStream.range(0, probabilities.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> probabilities[c]).reversed())
        .limit(top)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
