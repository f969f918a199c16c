/** A data set that is drawn rather than downloaded. */
@NullMarked
package dev.resnet.data.synthetic;

import org.jspecify.annotations.NullMarked;
