package dev.resnet.engine.onednn;

import java.util.ArrayDeque;
import java.util.Deque;

/** Native resources that are freed together, the youngest first. */
final class Owned implements AutoCloseable {
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    resources.push(resource);
    return resource;
  }

  @Override
  public void close() {
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException("a native resource could not be closed", e);
      }
    }
    resources.clear();
  }
}
