package dev.resnet.data.folder;

import org.jspecify.annotations.Nullable;

/**
 * A picture in an archive, not decoded yet.
 *
 * @param entry number of its entry
 * @param path in the archive
 * @param label index of its class
 * @param split null where the archive leaves the split to the service
 */
record ArchivedPicture(int entry, String path, int label, @Nullable Split split) {}
