package dev.resnet.launch;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.security.CodeSigner;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.loader.jar.NestedJarFile;

/** A jar, or the folder of the service's own classes, within the single jar. */
final class NestedJar {
  private static final String START = "jar:nested:";
  private static final String WITHIN = "/!";
  private static final String END = "!/";
  private static final String VERSIONS = "META-INF/versions/";

  private final URL url;
  private final JarFile file;
  private final ProtectionDomain domain;
  private @Nullable Attributes attributes;

  /**
   * Opens it.
   *
   * @param url {@code jar:nested:/folder/service.jar/!BOOT-INF/lib/a.jar!/}
   */
  NestedJar(URL url) throws IOException {
    this.url = url;
    String written = url.toString();
    int within = written.indexOf(WITHIN);
    File outer =
        new File(URI.create("file:" + written.substring(START.length(), within)).getPath());
    String name = written.substring(within + WITHIN.length(), written.length() - END.length());
    this.file = new NestedJarFile(outer, name, JarFile.runtimeVersion());
    this.domain = new ProtectionDomain(new CodeSource(url, (CodeSigner[]) null), null);
  }

  static boolean isNested(URL url) {
    String written = url.toString();
    return written.startsWith(START) && written.contains(WITHIN) && written.endsWith(END);
  }

  /** The folders that contain classes, for any version of Java: {@code org/h2/util}. */
  Set<String> packages() {
    Set<String> packages = new LinkedHashSet<>();
    String last = "";
    var entries = file.entries();
    while (entries.hasMoreElements()) {
      String name = entries.nextElement().getName();
      int folder = name.lastIndexOf('/');
      if (folder > 0 && name.endsWith(".class") && !isIn(last, name, folder)) {
        last = name.substring(0, folder);
        packages.add(last.startsWith(VERSIONS) ? withoutVersion(last) : last);
      }
    }
    return packages;
  }

  private static boolean isIn(String folder, String name, int length) {
    return folder.length() == length && name.startsWith(folder);
  }

  private static String withoutVersion(String folder) {
    return folder.substring(folder.indexOf('/', VERSIONS.length()) + 1);
  }

  /** The entry for this version of Java; null if there is none. */
  @Nullable JarEntry entry(String path) {
    return file.getJarEntry(path);
  }

  InputStream open(JarEntry entry) throws IOException {
    return file.getInputStream(entry);
  }

  URL url(String path) throws MalformedURLException {
    return new URL(url, path);
  }

  ProtectionDomain domain() {
    return domain;
  }

  /** The main section of its manifest; empty without one. */
  synchronized Attributes attributes() throws IOException {
    if (attributes == null) {
      Manifest manifest = file.getManifest();
      attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
    }
    return attributes;
  }
}
