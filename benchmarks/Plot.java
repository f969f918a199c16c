import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws the accuracy by epoch of trainings, from what {@code GET …/epochs} answers under {@code
 * Accept: text/csv}: solid on the test images, dashed on the augmented training images.
 *
 * <pre>java benchmarks/Plot.java fast.csv paper.csv &gt; accuracy.svg</pre>
 */
final class Plot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 56;
  private static final int RIGHT = 20;
  private static final int TOP = 20;
  private static final int BOTTOM = 48;
  private static final double LOWEST = 0.3;
  private static final double HIGHEST = 1.0;

  /** Told apart by those who see fewer colours, too (Okabe and Ito). */
  private static final String[] COLOURS = {"#0072b2", "#d55e00", "#009e73", "#cc79a7"};

  private record Training(String name, List<double[]> epochs) {}

  private static double lastEpoch = 1;

  public static void main(String[] files) throws Exception {
    List<Training> trainings = new ArrayList<>();
    for (String file : files) {
      trainings.add(read(Path.of(file)));
    }
    trainings.forEach(t -> t.epochs.forEach(e -> lastEpoch = Math.max(lastEpoch, e[0])));
    print(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='13'>",
        WIDTH, HEIGHT);
    print("<rect width='100%%' height='100%%' fill='white'/>");
    axes();
    for (int i = 0; i < trainings.size(); i++) {
      draw(trainings.get(i), COLOURS[i % COLOURS.length], i);
    }
    print("</svg>");
  }

  /** [epoch, training accuracy, test accuracy] of each line. */
  private static Training read(Path file) throws Exception {
    List<String> lines = Files.readAllLines(file);
    List<String> names = List.of(lines.get(0).split(","));
    List<double[]> epochs = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",");
      epochs.add(
          new double[] {
            Double.parseDouble(fields[names.indexOf("epoch")]),
            Double.parseDouble(fields[names.indexOf("train_accuracy")]),
            Double.parseDouble(fields[names.indexOf("test_accuracy")])
          });
    }
    String name = file.getFileName().toString();
    return new Training(name.substring(0, name.lastIndexOf('.')), epochs);
  }

  private static void axes() {
    for (int percent = (int) (100 * LOWEST); percent <= 100 * HIGHEST; percent += 10) {
      double y = y(percent / 100.0);
      print("<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ddd'/>", LEFT, WIDTH - RIGHT, y, y);
      print("<text x='%d' y='%.1f' text-anchor='end'>%d %%</text>", LEFT - 8, y + 4, percent);
    }
    int step = Math.max(1, (int) Math.ceil(lastEpoch / 10));
    for (int epoch = 0; epoch <= lastEpoch; epoch += step) {
      print("<text x='%.1f' y='%d' text-anchor='middle'>%d</text>", x(epoch), HEIGHT - 28, epoch);
    }
    print("<text x='%d' y='%d' text-anchor='middle'>epoch</text>", WIDTH / 2, HEIGHT - 8);
  }

  private static void draw(Training training, String colour, int row) {
    curve(training, 1, colour, "stroke-dasharray='4 4' stroke-opacity='0.7'");
    curve(training, 2, colour, "");
    int y = HEIGHT - BOTTOM - 70 + 20 * row;
    print(
        "<line x1='%d' x2='%d' y1='%d' y2='%d' stroke='%s' stroke-width='2'/>",
        WIDTH - 290, WIDTH - 262, y, y, colour);
    double[] last = training.epochs.get(training.epochs.size() - 1);
    print(
        "<text x='%d' y='%d'>%s: %.2f %% of the test images</text>",
        WIDTH - 254, y + 4, training.name, 100 * last[2]);
  }

  private static void curve(Training training, int column, String colour, String style) {
    var points = new StringBuilder();
    for (double[] epoch : training.epochs) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(epoch[0]), y(epoch[column])));
    }
    print(
        "<polyline points='%s' fill='none' stroke='%s' stroke-width='2' %s/>",
        points.toString().strip(), colour, style);
  }

  private static double x(double epoch) {
    return LEFT + (WIDTH - LEFT - RIGHT) * epoch / lastEpoch;
  }

  private static double y(double accuracy) {
    double inside = Math.max(0, (accuracy - LOWEST) / (HIGHEST - LOWEST));
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * inside;
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
