package dev.resnet.data.folder;

import dev.resnet.memory.ByteSize;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Limits for an archive of pictures. What is counted is what really comes out of the archive, not
 * what its headers say.
 *
 * @param maxEntries files and folders, with those that are ignored
 * @param maxUnpackedSize bytes of all entries together
 * @param maxRatio unpacked bytes for each byte of the archive; only checked above {@link
 *     #RATIO_FREE} unpacked bytes
 * @param maxPictureSize bytes of one picture file; a larger one is skipped
 * @param maxClasses classes of a data set
 * @param maxNameLength characters of a class name
 * @param maxPathLength characters of an entry's path
 */
@ConfigurationProperties("resnet.datasets.archives")
@Validated
public record ArchiveLimits(
    @DefaultValue("200000") @Min(1) @Max(1_000_000) int maxEntries,
    @DefaultValue("8GB") DataSize maxUnpackedSize,
    @DefaultValue("200") @Min(1) @Max(1100) int maxRatio,
    @DefaultValue("10MB") DataSize maxPictureSize,
    @DefaultValue("1000") @Min(2) @Max(MOST_CLASSES) int maxClasses,
    @DefaultValue("100") @Min(1) @Max(255) int maxNameLength,
    @DefaultValue("1000") @Min(10) @Max(4096) int maxPathLength) {

  /** What networks and models are made for. */
  static final int MOST_CLASSES = 1000;

  /** Small archives of plain drawings may have any ratio. */
  static final long RATIO_FREE = 16 << 20;

  @AssertTrue(message = "max-unpacked-size must be at least 1MB")
  public boolean isUnpackedSizeInRange() {
    return maxUnpackedSize.toBytes() >= 1 << 20;
  }

  @AssertTrue(message = "max-picture-size must be 1KB to 1GB")
  public boolean isPictureSizeInRange() {
    return maxPictureSize.toBytes() >= 1 << 10 && maxPictureSize.toBytes() <= 1 << 30;
  }

  /**
   * @param unpacked bytes that came out of the archive, or that its entries claim to have
   * @param packed bytes of the archive
   */
  void checkUnpacked(long unpacked, long packed) throws RefusedArchiveException {
    if (unpacked > maxUnpackedSize.toBytes()) {
      throw new RefusedArchiveException(
          ("unpacks to more than %s, the limit of resnet.datasets.archives.max-unpacked-size; send"
                  + " fewer or smaller pictures")
              .formatted(ByteSize.text(maxUnpackedSize)));
    }
    if (unpacked > RATIO_FREE && unpacked / maxRatio > packed) {
      throw new RefusedArchiveException(
          ("unpacks to more than %d times its size, the limit of"
                  + " resnet.datasets.archives.max-ratio; pack pictures as PNG or JPEG files")
              .formatted(maxRatio));
    }
  }

  void checkEntries(long entries) throws RefusedArchiveException {
    if (entries > maxEntries) {
      throw new RefusedArchiveException(
          ("has more than %,d files and folders, the limit of"
                  + " resnet.datasets.archives.max-entries; send fewer pictures")
              .formatted(maxEntries));
    }
  }
}
