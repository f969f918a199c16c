/** Keeps model versions in memory and classifies images with them. */
@ApplicationModule(
    allowedDependencies = {
      "models",
      "models :: web",
      "pictures",
      "memory",
      "engine",
      "api",
      "files"
    })
@NullMarked
package dev.resnet.serving;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
