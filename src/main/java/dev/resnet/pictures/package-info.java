/** Images: their shape, and the decoding of untrusted files. Uses {@code memory} only. */
@ApplicationModule(allowedDependencies = {"memory"})
@NullMarked
package dev.resnet.pictures;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
