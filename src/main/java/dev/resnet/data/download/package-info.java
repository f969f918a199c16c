/** Downloads of one large file, which continue where they stopped. */
@NullMarked
package dev.resnet.data.download;

import org.jspecify.annotations.NullMarked;
