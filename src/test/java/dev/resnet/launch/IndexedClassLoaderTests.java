package dev.resnet.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.Opcodes;
import org.springframework.boot.loader.net.protocol.jar.JarUrl;

/** Two jars in a jar; each class has a constant that tells which file it comes from. */
class IndexedClassLoaderTests {
  private static final String OLDER = "META-INF/versions/9/";
  private static final String NEWER = "META-INF/versions/99/";

  @TempDir private Path folder;
  private ClassLoader loader;

  @BeforeEach
  void pack() throws IOException {
    Map<String, String> first = new LinkedHashMap<>();
    first.put("both/Both", "first");
    first.put("first/Plain", "first");
    first.put("java/util/List", "no library replaces Java's classes");
    Map<String, String> second = new LinkedHashMap<>();
    second.put("both/Both", "second");
    second.put("both/Second", "second");
    second.put("many/Versions", "any version");
    second.put(OLDER + "many/Versions", "Java 9");
    second.put(NEWER + "many/Versions", "Java 99");
    second.put(OLDER + "later/Only", "Java 9");
    Path outer = folder.resolve("a service.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(outer))) {
      store(out, "BOOT-INF/lib/first.jar", jar("1.2", first));
      store(out, "BOOT-INF/lib/second.jar", jar("3.4", second));
    }
    URL[] urls = {
      JarUrl.create(outer.toFile(), "BOOT-INF/lib/first.jar"),
      JarUrl.create(outer.toFile(), "BOOT-INF/lib/second.jar")
    };
    assertThat(urls).allMatch(NestedJar::isNested);
    loader = IndexedClassLoader.over(urls, getClass().getClassLoader());
  }

  @Test
  void theFirstJarWithTheClassProvidesIt() throws Exception {
    assertThat(origin("both.Both")).isEqualTo("first");
    assertThat(origin("both.Second")).isEqualTo("second");
    assertThat(origin("first.Plain")).isEqualTo("first");
    assertThat(loader.loadClass("both.Both")).isSameAs(loader.loadClass("both.Both"));
  }

  @Test
  void aJarForSeveralVersionsOfJavaProvidesTheRightOne() throws Exception {
    assertThat(origin("many.Versions")).isEqualTo("Java 9");
    assertThat(origin("later.Only")).isEqualTo("Java 9");
  }

  @Test
  void javaAndTheParentProvideTheRest() throws Exception {
    assertThat(loader.loadClass("java.util.List")).isSameAs(java.util.List.class);
    assertThat(loader.loadClass(getClass().getName())).isSameAs(getClass());
    assertThatThrownBy(() -> loader.loadClass("both.Neither"))
        .isInstanceOf(ClassNotFoundException.class);
    assertThatThrownBy(() -> loader.loadClass("WithoutPackage"))
        .isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void aClassKnowsItsJarAndItsPackageTheVersion() throws Exception {
    Class<?> type = loader.loadClass("both.Both");
    assertThat(type.getPackage().getImplementationVersion()).isEqualTo("1.2");
    assertThat(type.getProtectionDomain().getCodeSource().getLocation().toString())
        .endsWith("/!BOOT-INF/lib/first.jar!/");
  }

  @Test
  void theFileOfAClassIsThatOfTheClass() throws Exception {
    try (InputStream in = loader.getResourceAsStream("both/Second.class")) {
      assertThat(in.readAllBytes()).isEqualTo(type("both/Second", "second"));
    }
    assertThat(loader.getResource("both/Second.class").toString())
        .endsWith("/!BOOT-INF/lib/second.jar!/both/Second.class");
    assertThat(loader.getResource("both/Neither.class")).isNull();
    assertThat(loader.getResourceAsStream("both/Neither.class")).isNull();
  }

  private String origin(String name) throws ReflectiveOperationException {
    return (String) loader.loadClass(name).getField("ORIGIN").get(null);
  }

  private static byte[] jar(String version, Map<String, String> types) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
    var bytes = new ByteArrayOutputStream();
    try (var out = new JarOutputStream(bytes, manifest)) {
      types.forEach((path, origin) -> put(out, path, origin));
    }
    return bytes.toByteArray();
  }

  private static void put(JarOutputStream out, String path, String origin) {
    try {
      out.putNextEntry(new ZipEntry(path + ".class"));
      out.write(type(path.replaceFirst("META-INF/versions/[0-9]+/", ""), origin));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] type(String name, String origin) {
    var writer = new ClassWriter(0);
    writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, name, null, "java/lang/Object", null);
    int constant = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL;
    writer.visitField(constant, "ORIGIN", "Ljava/lang/String;", null, origin).visitEnd();
    writer.visitEnd();
    return writer.toByteArray();
  }

  /** Spring Boot's plugin does not compress the nested jars. */
  private static void store(JarOutputStream out, String name, byte[] content) throws IOException {
    var entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    var crc = new CRC32();
    crc.update(content);
    entry.setCrc(crc.getValue());
    out.putNextEntry(entry);
    out.write(content);
  }
}
