package dev.resnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The jar's version, licences and bill of materials. */
class PackagedJarIT {
  private static final Path JAR = Path.of(System.getProperty("resnet.jar"));

  @TempDir private Path natives;

  @Test
  void printsItsVersionWithoutLoadingAnything() throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Dorg.bytedeco.javacpp.cachedir=" + natives,
                "-jar",
                JAR.toString(),
                "--version")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes()).strip();

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(output)
        .matches("resnet-service \\d+\\.\\d+\\.\\d+\\S*(, commit [0-9a-f]{7,})?, Java .*");
    assertThat(natives).isEmptyDirectory();
  }

  @Test
  void listsEachLibraryInItsBillOfMaterialsWithALicence() throws Exception {
    JsonNode bom =
        JsonMapper.builder().build().readTree(read("META-INF/sbom/application.cdx.json"));
    Set<String> listed = new TreeSet<>();
    for (JsonNode component : bom.get("components")) {
      assertThat(component.path("licenses").size())
          .as(component.at("/purl").asString())
          .isPositive();
      listed.add(component.at("/name").asString() + "-" + component.at("/version").asString());
    }
    assertThat(libraries())
        .isNotEmpty()
        .allSatisfy(library -> assertThat(listed).anyMatch(library::startsWith));
  }

  @Test
  void listsEachLibraryWithItsLicenceForPeople() throws Exception {
    List<String> licences =
        new String(read("META-INF/THIRD-PARTY.txt"))
            .lines()
            .filter(line -> line.startsWith("     ("))
            .toList();
    assertThat(licences).noneMatch(line -> line.contains("Unknown license"));
    // "(licence) name (group:artifact:version - url)"
    assertThat(libraries())
        .allSatisfy(
            library ->
                assertThat(licences)
                    .anyMatch(
                        line -> {
                          String[] coordinates =
                              line.replaceFirst(".*\\(([^() ]+:[^() ]+:[^() ]+) - .*", "$1")
                                  .split(":");
                          return coordinates.length == 3
                              && library.startsWith(coordinates[1] + "-" + coordinates[2]);
                        }));
  }

  /** The names of the jars in the jar, except those that Spring Boot's plugin adds. */
  private static Set<String> libraries() throws IOException {
    try (var jar = new ZipFile(JAR.toFile())) {
      return jar.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.startsWith("BOOT-INF/lib/") && name.endsWith(".jar"))
          .map(name -> name.substring("BOOT-INF/lib/".length()))
          .filter(name -> !name.startsWith("spring-boot-jarmode-tools-"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static byte[] read(String entry) throws IOException {
    try (var jar = new ZipFile(JAR.toFile());
        InputStream in = jar.getInputStream(jar.getEntry(entry))) {
      return in.readAllBytes();
    }
  }
}
