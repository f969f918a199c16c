package dev.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A new user's walk: the lines of README, as they stand there, on pictures of classes that nobody
 * has seen before. Only the address and the id of the job are filled in.
 */
@Tag("tools")
class OwnPicturesIT {
  private static final Set<String> NOT_YET = Set.of("CONVERTING", "QUEUED", "RUNNING");
  private static final Pattern LINES =
      Pattern.compile("## Train on your own pictures\\n.*?\\n```\\n(tar .*?)```", Pattern.DOTALL);

  @TempDir private Path home;
  @TempDir private Path folder;

  @Test
  void readmesLinesLeadFromAFolderOfPicturesToTheRightLabel() throws Exception {
    var pictures = new DrawnPictures(7);
    for (String name : DrawnPictures.CLASSES) {
      Path label = Files.createDirectories(folder.resolve("signs").resolve(name));
      for (int i = 0; i < 50; i++) {
        pictures.write(name, label.resolve("picture %02d.png".formatted(i)));
      }
    }
    String expected = DrawnPictures.CLASSES.get(2);
    pictures.write(expected, folder.resolve("photo.jpg"));

    JsonNode answer = null;
    try (var service = ServiceProcess.start(home)) {
      String id = "";
      for (String line : lines()) {
        answer = answered(line.replace("localhost:8080", service.address()).replace("ID", id));
        id = answer.path("id").asString(id);
      }
    }

    JsonNode prediction = answer.path("predictions").path(0);
    assertThat(prediction.path("label").asString()).as("%s", answer).isEqualTo(expected);
    assertThat(prediction.path("probability").asDouble()).isGreaterThan(0.5);
  }

  private static List<String> lines() throws IOException {
    Matcher block = LINES.matcher(Files.readString(Path.of("README.md")));
    assertThat(block.find()).as("README's lines").isTrue();
    return block.group(1).replace("\\\n", "").lines().toList();
  }

  /** Repeats a line as README says: until what it asks about is done. */
  private JsonNode answered(String line) {
    return await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> run(line),
            answer -> !NOT_YET.contains(answer.path("status").asString("")) || !line.contains("#"));
  }

  private JsonNode run(String line) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", "-c", line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", line, output).isZero();
    return JsonMapper.shared().readTree(output.isEmpty() ? "{}" : output);
  }
}
