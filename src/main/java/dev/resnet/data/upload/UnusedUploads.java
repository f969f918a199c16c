package dev.resnet.data.upload;

import dev.resnet.data.UnusedVersions;
import java.time.Instant;
import java.util.List;

/** Old versions of uploaded data sets, for whoever cleans up. */
final class UnusedUploads implements UnusedVersions {
  private final Removal removal;

  UnusedUploads(Removal removal) {
    this.removal = removal;
  }

  @Override
  public List<Version> since(Instant before) {
    return removal.unusedSince(before).stream()
        .map(version -> new Version(version.name(), version.sha256(), version.size()))
        .toList();
  }

  @Override
  public boolean delete(Version version, Instant before) {
    return removal.deleteUnused(version.dataset(), version.sha256(), before);
  }
}
