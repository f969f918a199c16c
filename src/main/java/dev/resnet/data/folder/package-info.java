/**
 * Pictures by class: from an archive of folders to the records of a data set on disk, and from
 * those to a data set in memory.
 */
@NullMarked
package dev.resnet.data.folder;

import org.jspecify.annotations.NullMarked;
