/** Models and classification over HTTP. */
@NullMarked
package dev.resnet.serving.web;

import org.jspecify.annotations.NullMarked;
