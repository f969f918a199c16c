package dev.resnet.data.upload;

import java.time.Instant;

/**
 * The row of a version.
 *
 * @param size bytes of its files
 * @param description JSON, see {@link Description}
 */
record StoredVersion(
    String name, String sha256, long size, String description, Instant createdAt) {}
