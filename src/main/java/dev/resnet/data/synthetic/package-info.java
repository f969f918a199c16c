/** A data set that is generated instead of downloaded. */
@NullMarked
package dev.resnet.data.synthetic;

import org.jspecify.annotations.NullMarked;
