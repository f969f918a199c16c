/**
 * Pictures: what shape they have, and how files from strangers become pixels. Uses {@code memory}
 * alone.
 */
@ApplicationModule(allowedDependencies = {"memory"})
@NullMarked
package dev.resnet.pictures;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
