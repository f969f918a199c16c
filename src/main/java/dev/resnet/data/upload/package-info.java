/**
 * The data sets that users upload: from the body of a request to a version on the volume and its
 * row, and everything that can happen to it later.
 */
@NullMarked
package dev.resnet.data.upload;

import org.jspecify.annotations.NullMarked;
