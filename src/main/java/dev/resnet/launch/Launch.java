package dev.resnet.launch;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;

/**
 * The main class of the jar. From the single jar it runs the service in an {@link
 * IndexedClassLoader}; from a folder of jars or from compiled classes it only calls it.
 */
public final class Launch {
  private static final String SERVICE = "dev.resnet.ResNetServiceApplication";

  private Launch() {}

  /** Runs the service with these arguments. */
  public static void main(String[] args) throws Throwable {
    ClassLoader loader = loader(Launch.class.getClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    try {
      Class.forName(SERVICE, false, loader)
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Spring Boot's loader has nested jars as its URLs. */
  private static ClassLoader loader(ClassLoader own) throws IOException {
    if (own instanceof URLClassLoader launched && areNested(launched.getURLs())) {
      return IndexedClassLoader.over(launched.getURLs(), launched);
    }
    return own;
  }

  private static boolean areNested(URL[] urls) {
    for (URL url : urls) {
      if (!NestedJar.isNested(url)) {
        return false;
      }
    }
    return urls.length > 0;
  }
}
