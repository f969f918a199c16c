package dev.resnet.engine.onednn;

import dev.resnet.engine.Objective;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The end of forward and the start of backward, on the host: a few thousand numbers, too few for a
 * primitive to pay off.
 */
final class SoftmaxGradient {
  private final int batch;
  private final int classes;
  private final FloatBuffer logits;
  private final float[] values;
  private final @Nullable FloatBuffer floats;
  private final @Nullable ShortBuffer bfloats;

  /**
   * Looks at two tensors.
   *
   * @param logits [batch, classes], float32
   * @param gradient of the same shape, in the type of activations; null where nothing is trained
   */
  SoftmaxGradient(
      int batch, int classes, OneDnn.Memory logits, OneDnn.@Nullable Memory gradient, int type) {
    this.batch = batch;
    this.classes = classes;
    long count = (long) batch * classes;
    this.logits = NativeBlock.floats(logits.place(), count);
    this.values = new float[Math.toIntExact(count)];
    boolean wide = type == OneDnn.FLOAT32;
    this.floats = gradient != null && wide ? NativeBlock.floats(gradient.place(), count) : null;
    this.bfloats = gradient != null && !wide ? NativeBlock.shorts(gradient.place(), count) : null;
  }

  /** The logits as they are now: [batch, classes]. */
  float[] logits() {
    logits.get(0, values);
    return values;
  }

  /** Turns logits into probabilities, in place. */
  void softmax(float[] rows) {
    for (int from = 0; from < rows.length; from += classes) {
      float max = Float.NEGATIVE_INFINITY;
      for (int k = from; k < from + classes; k++) {
        max = Math.max(max, rows[k]);
      }
      float sum = 0;
      for (int k = from; k < from + classes; k++) {
        rows[k] = (float) Math.exp(rows[k] - max);
        sum += rows[k];
      }
      for (int k = from; k < from + classes; k++) {
        rows[k] /= sum;
      }
    }
  }

  /** Writes (softmax − target) · weight, and overwrites {@code rows}. */
  void writeGradient(float[] rows, int[] labels, Objective objective) {
    softmax(rows);
    subtractTargets(rows, labels, objective);
    float[] weights = objective.classWeights();
    for (int i = 0; weights != null && i < batch; i++) {
      for (int k = i * classes; k < (i + 1) * classes; k++) {
        rows[k] *= weights[labels[i]];
      }
    }
    if (floats != null) {
      floats.put(0, rows);
    } else if (bfloats != null) {
      for (int i = 0; i < rows.length; i++) {
        bfloats.put(i, bfloat16(rows[i]));
      }
    }
  }

  private void subtractTargets(float[] rows, int[] labels, Objective objective) {
    float other = objective.otherTarget(classes);
    if (other > 0) {
      for (int k = 0; k < rows.length; k++) {
        rows[k] -= other;
      }
    }
    float rest = objective.ownTarget(classes) - other;
    for (int i = 0; i < batch; i++) {
      rows[i * classes + labels[i]] -= rest;
    }
  }

  /** The upper half of a float, rounded to nearest, ties to even. */
  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
