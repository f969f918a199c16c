package dev.resnet.backup;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what to do about a refused restore. */
final class RestoreFailureAnalyzer extends AbstractFailureAnalyzer<RestoreRefusedException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, RestoreRefusedException cause) {
    return new FailureAnalysis(cause.getMessage(), cause.action(), failure);
  }
}
