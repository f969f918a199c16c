/** Sweeps over HTTP. */
@NullMarked
package dev.resnet.sweeps.web;

import org.jspecify.annotations.NullMarked;
