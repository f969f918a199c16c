/** Training jobs: durable, queued, resumed after a crash. */
@ApplicationModule(
    allowedDependencies = {
      "training",
      "training :: checkpoint",
      "data",
      "database",
      "pictures",
      "engine",
      "network",
      "api",
      "idempotency",
      "files"
    })
@NullMarked
package dev.resnet.jobs;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
