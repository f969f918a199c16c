/** Evaluation over HTTP. */
@NullMarked
package dev.resnet.evaluation.web;

import org.jspecify.annotations.NullMarked;
