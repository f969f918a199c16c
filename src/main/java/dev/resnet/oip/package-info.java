/**
 * The Open Inference Protocol, version 2: what its REST and gRPC forms share. Each model has one
 * input, images, and two outputs.
 */
@ApplicationModule(
    allowedDependencies = {"serving", "models", "engine", "pictures", "memory", "api"})
@NullMarked
package dev.resnet.oip;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
