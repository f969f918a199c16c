package dev.resnet.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.data.folder.ArchiveFuzzTarget;
import dev.resnet.models.upload.NetworkFuzzTarget;
import dev.resnet.oip.grpc.MessageFuzzTarget;
import dev.resnet.oip.web.InferenceFuzzTarget;
import dev.resnet.pictures.PictureFuzzTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Coverage-guided fuzzing of everything that reads files and bodies from strangers: {@code mvn
 * -Pfuzz verify}. {@code -Dfuzz.runs} is the number of inputs for each reader, {@code -Dfuzz.seed}
 * repeats a run.
 *
 * <p>Each reader runs in a process of its own. A throwable that a client would not be told as its
 * mistake ends it, and so do 30 s for an input, memory that grows, and files that stay open. The
 * input is then in {@code target/fuzz/<reader>}; {@code corpus} there holds what later runs start
 * with.
 */
@Tag("fuzz")
class FuzzIT {
  private static final int RUNS = Integer.getInteger("fuzz.runs", 200_000);
  private static final int SEED = Integer.getInteger("fuzz.seed", 1);
  private static final Path FOLDER = Path.of("target/fuzz").toAbsolutePath();

  /** Of the whole process, in MB; an input's own bound is the target's. */
  private static final int MEMORY = 1500;

  /** What is instrumented: this service, and the libraries that read images and archives. */
  private static final String INSTRUMENTED =
      "dev.resnet.**:com.twelvemonkeys.**:org.apache.commons.compress.**";

  private static final Pattern LAST_LINE =
      Pattern.compile("#(\\d+)\\s+DONE\\s+cov: (\\d+) ft: (\\d+) corp: (\\d+)/.* rss: (\\d+)Mb");
  private static final Pattern SECONDS = Pattern.compile("Done (\\d+) runs in (\\d+) second");

  @Test
  void pictures() throws Exception {
    fuzz(PictureFuzzTarget.class, PictureFuzzTarget.seeds(), 6_000);
  }

  @Test
  void inferences() throws Exception {
    fuzz(InferenceFuzzTarget.class, InferenceFuzzTarget.seeds(), 16_000);
  }

  @Test
  void messages() throws Exception {
    fuzz(MessageFuzzTarget.class, MessageFuzzTarget.seeds(), 16_000);
  }

  @Test
  void archives() throws Exception {
    fuzz(ArchiveFuzzTarget.class, ArchiveFuzzTarget.seeds(), 12_000);
  }

  @Test
  void networks() throws Exception {
    fuzz(NetworkFuzzTarget.class, NetworkFuzzTarget.seeds(), 6_000);
  }

  private static void fuzz(Class<?> target, Map<String, byte[]> seeds, int longest)
      throws Exception {
    Path folder = FOLDER.resolve(target.getSimpleName());
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    for (var seed : seeds.entrySet()) {
      assertThat(seed.getValue().length).as(seed.getKey()).isLessThanOrEqualTo(longest);
      Files.write(corpus.resolve(seed.getKey().replace(' ', '-')), seed.getValue());
    }
    Path log = folder.resolve("log");
    int status = process(target, folder, longest, log).waitFor();
    String output = Files.readString(log);
    assertThat(status).as("%s says: %s", log, tail(output)).isZero();

    MatchResult done = LAST_LINE.matcher(output).results().findFirst().orElseThrow();
    MatchResult time = SECONDS.matcher(output).results().findFirst().orElseThrow();
    assertThat(Long.parseLong(done.group(1))).isGreaterThanOrEqualTo(RUNS);
    Files.writeString(
        FOLDER.resolve("figures.txt"),
        "%s: %s inputs in %s s, %s edges, %s features, a corpus of %s, %s MB%n"
            .formatted(
                target.getSimpleName(),
                done.group(1),
                time.group(2),
                done.group(2),
                done.group(3),
                done.group(4),
                done.group(5)),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static Process process(Class<?> target, Path folder, int longest, Path log)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    // A leak of the heap ends in an OutOfMemoryError, one of native memory in rss_limit_mb.
    command.add("-Xmx400m");
    command.add("-XX:+UseSerialGC");
    command.add("-Djava.awt.headless=true");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target.getName());
    command.add("--instrumentation_includes=" + INSTRUMENTED);
    command.add("--custom_hook_includes=" + INSTRUMENTED);
    command.add("--reproducer_path=" + folder);
    command.add("-artifact_prefix=" + folder + "/");
    command.add("-runs=" + RUNS);
    command.add("-seed=" + SEED);
    command.add("-max_len=" + longest);
    command.add("-timeout=30");
    command.add("-rss_limit_mb=" + MEMORY);
    command.add("-print_final_stats=1");
    command.add(folder.resolve("corpus").toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private static String tail(String output) {
    return output.substring(Math.max(0, output.length() - 3_000));
  }
}
