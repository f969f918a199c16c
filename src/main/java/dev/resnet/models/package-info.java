/** The model registry: versions, their files, and which version is in production. */
@ApplicationModule(
    allowedDependencies = {
      "training :: checkpoint",
      "network",
      "engine",
      "engine :: onnx",
      "pictures",
      "memory",
      "api",
      "files"
    })
@NullMarked
package dev.resnet.models;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
