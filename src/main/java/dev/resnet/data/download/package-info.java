/** Downloads of one large file that go on where they broke off. */
@NullMarked
package dev.resnet.data.download;

import org.jspecify.annotations.NullMarked;
