package dev.resnet.data;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.util.Random;

/**
 * The best that a weighted sum of pixels can do: multinomial logistic regression on normalised
 * pixels, trained by stochastic gradient descent.
 */
public final class SoftmaxRegression {
  private static final int INPUTS = ImageShape.CIFAR.values();

  private final int classes;

  /** [classes, 3072] and one bias each. */
  private final float[][] weights;

  private final float[] biases;
  private final Normalization normalization;

  public SoftmaxRegression(int classes, Normalization normalization) {
    this.classes = classes;
    this.weights = new float[classes][INPUTS];
    this.biases = new float[classes];
    this.normalization = normalization;
  }

  public void epoch(ImageSet images, float rate, Random random) {
    float[] x = new float[INPUTS];
    int[] order = random.ints(images.count(), 0, images.count()).toArray();
    for (int i : order) {
      input(images, i, x);
      float[] p = probabilities(x);
      p[images.label(i)] -= 1;
      for (int c = 0; c < classes; c++) {
        float step = rate * p[c];
        float[] w = weights[c];
        for (int k = 0; k < INPUTS; k++) {
          w[k] -= step * x[k];
        }
        biases[c] -= step;
      }
    }
  }

  public double accuracy(ImageSet images) {
    float[] x = new float[INPUTS];
    int right = 0;
    for (int i = 0; i < images.count(); i++) {
      input(images, i, x);
      float[] p = probabilities(x);
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = p[c] > p[best] ? c : best;
      }
      right += best == images.label(i) ? 1 : 0;
    }
    return (double) right / images.count();
  }

  private float[] probabilities(float[] x) {
    float[] p = new float[classes];
    float largest = Float.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      p[c] = biases[c] + dot(weights[c], x);
      largest = Math.max(largest, p[c]);
    }
    float sum = 0;
    for (int c = 0; c < classes; c++) {
      p[c] = (float) Math.exp(p[c] - largest);
      sum += p[c];
    }
    for (int c = 0; c < classes; c++) {
      p[c] /= sum;
    }
    return p;
  }

  /** Four sums, so that one addition need not wait for the other. */
  private static float dot(float[] a, float[] b) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    for (int k = 0; k < INPUTS; k += 4) {
      s0 += a[k] * b[k];
      s1 += a[k + 1] * b[k + 1];
      s2 += a[k + 2] * b[k + 2];
      s3 += a[k + 3] * b[k + 3];
    }
    return s0 + s1 + s2 + s3;
  }

  private void input(ImageSet images, int i, float[] x) {
    byte[] pixels = images.pixels();
    int offset = i * ImageShape.CIFAR.values();
    for (int c = 0; c < ImageShape.CHANNELS; c++) {
      float mean = normalization.mean()[c];
      float deviation = normalization.standardDeviation()[c];
      for (int k = c; k < INPUTS; k += ImageShape.CHANNELS) {
        x[k] = ((pixels[offset + k] & 0xff) / 255f - mean) / deviation;
      }
    }
  }
}
