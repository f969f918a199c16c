/** Classification over HTTP, and which version answers. */
@NullMarked
package dev.resnet.serving.web;

import org.jspecify.annotations.NullMarked;
