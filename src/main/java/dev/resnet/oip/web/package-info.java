/** The Open Inference Protocol over HTTP, with JSON and binary tensors. */
@NullMarked
package dev.resnet.oip.web;

import org.jspecify.annotations.NullMarked;
