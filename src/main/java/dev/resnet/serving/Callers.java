package dev.resnet.serving;

import org.jspecify.annotations.Nullable;

/** Apart from {@link Caller}, since everything in an interface is public. */
final class Callers {
  static final ThreadLocal<@Nullable Caller> CURRENT = new ThreadLocal<>();

  private Callers() {}
}
