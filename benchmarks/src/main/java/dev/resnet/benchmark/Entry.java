package dev.resnet.benchmark;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A process for one contender: the libraries never share threads or memory. It says ready; then
 * each line on standard input, a number, is answered with the nanoseconds that so many runs took.
 */
final class Entry {
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private static final Map<String, Function<Setting, Contender>> KNOWN =
      new TreeMap<>(
          Map.of(
              "onednn-float32", s -> EngineContender.of(EngineName.ONEDNN, Precision.FLOAT32, s),
              "onednn-bfloat16", s -> EngineContender.of(EngineName.ONEDNN, Precision.BFLOAT16, s),
              "dl4j", s -> EngineContender.of(EngineName.DL4J, Precision.FLOAT32, s),
              "onnxruntime-float32", s -> new OnnxRuntimeContender(s, CORES),
              "pytorch-float32", s -> new PyTorchContender(s, false, false),
              "pytorch-float32-channels-last", s -> new PyTorchContender(s, false, true),
              "pytorch-bfloat16", s -> new PyTorchContender(s, true, false),
              "pytorch-bfloat16-channels-last", s -> new PyTorchContender(s, true, true)));

  private Entry() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err); // libraries talk
    var questions = new BufferedReader(new InputStreamReader(System.in));
    var setting = Setting.parse(arguments[1]);
    try (Contender contender = KNOWN.get(arguments[0]).apply(setting);
        var callers = new Callers(setting.callers())) {
      answers.println("ready");
      for (String line = questions.readLine(); line != null; line = questions.readLine()) {
        int runs = Integer.parseInt(line);
        long start = System.nanoTime();
        callers.run(contender, runs);
        answers.println(System.nanoTime() - start);
      }
    }
  }
}
