/** Training jobs over HTTP. */
@NamedInterface("web")
@NullMarked
package dev.resnet.jobs.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
