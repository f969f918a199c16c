package dev.resnet.engine.cuda;

/** NVRTC refused a source or failed; the message contains its log. */
final class KernelCompilationException extends RuntimeException {
  KernelCompilationException(String message) {
    super(message);
  }
}
