/** The model registry over HTTP. */
@NamedInterface("web")
@NullMarked
package dev.resnet.models.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
