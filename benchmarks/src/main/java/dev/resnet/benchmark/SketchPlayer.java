package dev.resnet.benchmark;

import java.io.IOException;
import java.util.List;

/** A C++ sketch of the training step, where it has been built: started anew for each window. */
final class SketchPlayer extends Player {
  private final List<String> command;

  SketchPlayer(String file, String precision, Setting setting) {
    super("prototype-" + precision);
    command =
        List.of(
            file, Integer.toString(setting.stackN()), Integer.toString(setting.batch()), precision);
  }

  @Override
  double window() throws IOException {
    var sketch = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(sketch.getInputStream().readAllBytes());
    String[] words = output.split(" img/s")[0].split("\\s+");
    return Double.parseDouble(words[words.length - 1]);
  }
}
