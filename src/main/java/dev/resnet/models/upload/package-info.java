/** Reads networks from zips that strangers sent, as plain JSON and numbers. */
@NullMarked
package dev.resnet.models.upload;

import org.jspecify.annotations.NullMarked;
