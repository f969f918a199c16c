/**
 * Measures versions on labelled images: metrics, confusion matrix, calibration, comparison of two
 * versions, mistakes. Opens engines of its own, so it also works where nothing is served.
 */
@ApplicationModule(
    allowedDependencies = {
      "models",
      "data",
      "engine",
      "network",
      "pictures",
      "memory",
      "files",
      "api"
    })
@NullMarked
package dev.resnet.evaluation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
