package dev.resnet.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

@ExtendWith(OutputCaptureExtension.class)
class SettingNamesTests {
  private final SettingNames settings = new SettingNames();

  @ParameterizedTest
  @CsvSource({
    "resnet.jobs.slot, resnet.jobs.slots",
    "resnet.jobs.queuecapacitiy, resnet.jobs.queue-capacity",
    "resnet.serving.max-pixels, resnet.pictures.max-pixels",
    "resnet.hom, resnet.home",
    "resnet.security.keys-fil, resnet.security.keys-file",
    "resnet.security.keysfile_x, resnet.security.keys-file",
    "resnet.jobs.max.attempts, resnet.jobs.max-attempts",
    "RESNET.JOBS.SLOTZ, resnet.jobs.slots"
  })
  void aMisspeltSettingIsRefusedWithTheOneThatWasMeant(String name, String meant) {
    assertThatThrownBy(() -> settings.check(environment(name)))
        .isInstanceOf(UnknownSettingException.class)
        .hasMessage("%s is not a setting. Did you mean %s?".formatted(name, meant));
  }

  @Test
  void aSettingThatWasReplacedSaysByWhat() {
    assertThatThrownBy(() -> settings.check(environment("resnet.serving.maxLoadedModels")))
        .hasMessageContaining("is not a setting. It was replaced")
        .hasMessageContaining("set resnet.serving.max-loaded-memory");
  }

  @Test
  void whatResemblesNothingIsRefusedToo() {
    assertThatThrownBy(() -> settings.check(environment("resnet.a.completely.different.name")))
        .hasMessage("resnet.a.completely.different.name is not a setting.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet.jobs.queue-capacity",
        "resnet.jobs.queueCapacity",
        "resnet.jobs.queue_capacity",
        "resnet.jobs.retry.attempts",
        "resnet.security.allowed-hosts",
        "resnet.security.allowedHosts[0]",
        "resnet.security.keys[1].sha256",
        "RESNET.JOBS.SLOTS",
        "resnet.home",
        "resnet.role",
        "server.prot"
      })
  void everySpellingThatSpringBootTakesIsTaken(String name) {
    assertThatCode(() -> settings.check(environment(name))).doesNotThrowAnyException();
  }

  @Test
  void anUnknownVariableIsOnlyLogged(CapturedOutput output) {
    var environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .replace(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of(
                    "RESNET_PORT", "tcp://10.0.0.1:8080",
                    "RESNET_JOBS_QUEUECAPACITY", "7",
                    "RESNET_JOBS_SHUTDOWN_WAIT", "7s",
                    "RESNET_SECURITY_KEYSFILES", "x",
                    "RESNET_SECURITY_KEYS_0_NAME", "me",
                    "RESNET_SECURITY_ALLOWED_HOSTS", "a,b",
                    "RESNET_JOBS_SLOT", "2")));

    settings.check(environment);

    assertThat(output)
        .contains("RESNET_PORT is not a setting")
        .contains("RESNET_SECURITY_KEYSFILES is not a setting.")
        .contains("RESNET_JOBS_SLOT is not a setting. Did you mean resnet.jobs.slots?")
        .doesNotContain("QUEUECAPACITY", "SHUTDOWN_WAIT", "KEYS_0", "ALLOWED_HOSTS");
  }

  @Test
  void aGroupInYamlWhoseSettingsAreCommentedOutIsNoMistake() {
    var environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("yaml", Map.of("resnet.jobs", "", "resnet.datasets", "")));
    assertThatCode(() -> settings.check(environment)).doesNotThrowAnyException();
    assertThatThrownBy(() -> settings.check(environment("resnet.jobs")))
        .as("with a value")
        .isInstanceOf(UnknownSettingException.class);
  }

  @Test
  void whatIsReadBeforeTheSettingsIsRefusedAmongThem() {
    assertThatThrownBy(() -> settings.check(environment("resnet.engine.auto")))
        .hasMessageContaining("-Dresnet.engine.auto=…")
        .hasMessageContaining("RESNET_ENGINE_AUTO");
    assertThatThrownBy(() -> settings.check(environment("resnet.engine.cuda.device")))
        .hasMessageContaining("-Dresnet.engine.cuda.device=…")
        .hasMessageContaining("RESNET_ENGINE_CUDA_DEVICE");
  }

  @Test
  void theDocumentationListsThemAllAndNoOthers() throws IOException {
    Set<String> documented = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("docs/configuration.md"))) {
      String group = "";
      for (String name :
          line.split("\\|").length > 1 ? quoted(line.split("\\|")[1]) : List.<String>of()) {
        // A name that starts with a dot continues the group of the first one.
        String whole = name.startsWith(".") ? group + name : name;
        group = whole.contains(".") ? whole.substring(0, whole.lastIndexOf('.')) : "";
        if (whole.startsWith("resnet.")) {
          documented.add(whole.replaceFirst("\\[n].*", ""));
        }
      }
    }
    Set<String> known = new TreeSet<>(settings.names());
    // A Java property before -jar, described in the text.
    known.remove("resnet.engine.auto");

    assertThat(documented).isEqualTo(known);
  }

  private static List<String> quoted(String cell) {
    return Pattern.compile("`([^`]+)`").matcher(cell).results().map(name -> name.group(1)).toList();
  }

  private static StandardEnvironment environment(String name) {
    var environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("arguments", Map.of(name, 1)));
    return environment;
  }
}
