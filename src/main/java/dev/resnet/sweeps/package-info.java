/** Sweeps: one request, many training jobs, and a table that ranks them. */
@ApplicationModule(
    allowedDependencies = {
      "jobs",
      "jobs :: web",
      "models",
      "data",
      "idempotency",
      "training",
      "training :: checkpoint",
      "api"
    })
@NullMarked
package dev.resnet.sweeps;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
