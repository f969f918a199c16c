package dev.resnet.engine.program;

import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.Relu;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The forward operations of an inference program, each divided into bands of rows that threads can
 * compute at the same time. An operation may begin once all bands of the one before have ended.
 * Operations on whole images stay whole. For one image only: the rows of several images do not
 * follow each other.
 */
public final class Bands {
  private final int count;
  private final List<List<Operation>> steps;
  private final Map<Tensor, Rows> views = new HashMap<>();

  /**
   * Where the rows of a band lie.
   *
   * @param first row of the whole tensor
   */
  public record Rows(Tensor whole, int first) {}

  /**
   * @param count of the bands of an operation
   */
  public Bands(Program program, int count) {
    this.count = count;
    this.steps = program.forward().stream().map(this::divided).toList();
  }

  public int count() {
    return count;
  }

  /** For each operation its bands, or itself. */
  public List<List<Operation>> steps() {
    return steps;
  }

  /** Null for a tensor of the program itself. */
  public @Nullable Rows rows(Tensor tensor) {
    return views.get(tensor);
  }

  private List<Operation> divided(Operation operation) {
    if (operation instanceof Convolution op) {
      return bands(op.target(), band -> band(op, band, rows(op.target(), band)));
    } else if (operation instanceof FoldedConvolution op) {
      return bands(
          op.target(),
          band -> {
            Tensor target = rows(op.target(), band);
            Tensor between = target.named(op.convolution().target().name() + ":" + band);
            return new FoldedConvolution(
                band(op.convolution(), band, between), band(op.normalization(), between, target));
          });
    } else if (operation instanceof Normalization op) {
      return bands(op.target(), band -> band(op, rows(op.source(), band), rows(op.target(), band)));
    } else if (operation instanceof Relu op) {
      return bands(
          op.target(),
          band -> new Relu(op.name(), rows(op.source(), band), rows(op.target(), band)));
    } else if (operation instanceof Addition op) {
      return bands(
          op.target(),
          band ->
              new Addition(
                  op.name(),
                  rows(op.left(), band),
                  rows(op.right(), band),
                  rows(op.target(), band)));
    }
    return List.of(operation);
  }

  private List<Operation> bands(Tensor target, IntFunction<Operation> band) {
    List<Operation> bands = new ArrayList<>();
    IntStream.range(0, Math.min(count, target.height())).forEach(i -> bands.add(band.apply(i)));
    return bands;
  }

  private Convolution band(Convolution op, int band, Tensor target) {
    Window window = op.window();
    int bands = Math.min(count, op.target().height());
    int first = from(op.target(), band, bands) * window.strideHeight() - window.top();
    int last = (from(op.target(), band + 1, bands) - 1) * window.strideHeight() - window.top();
    int end = last + window.kernelHeight();
    int height = op.source().height();
    Tensor source = view(op.source(), Math.max(0, first), Math.min(height, end));
    return new Convolution(
        op.name(),
        source,
        target,
        new Window(
            window.kernelHeight(),
            window.kernelWidth(),
            window.strideHeight(),
            window.strideWidth(),
            Math.max(0, -first),
            window.left(),
            Math.max(0, end - height),
            window.right()),
        op.weights(),
        op.bias(),
        op.residual() == null ? null : rows(op.residual(), band));
  }

  private static Normalization band(Normalization op, Tensor source, Tensor target) {
    return new Normalization(
        op.name(),
        source,
        target,
        op.relu(),
        op.scale(),
        op.shift(),
        op.mean(),
        op.variance(),
        op.epsilon(),
        op.decay());
  }

  private Tensor rows(Tensor whole, int band) {
    int bands = Math.min(count, whole.height());
    return view(whole, from(whole, band, bands), from(whole, band + 1, bands));
  }

  private static int from(Tensor whole, int band, int bands) {
    return whole.height() * band / bands;
  }

  private Tensor view(Tensor whole, int from, int to) {
    var rows =
        new Tensor(
            "%s[%d..%d]".formatted(whole.name(), from, to),
            whole.channels(),
            to - from,
            whole.width());
    views.put(rows, new Rows(whole, from));
    return rows;
  }
}
