/** The trained models and the classification of pictures. */
@ApplicationModule(
    allowedDependencies = {"training :: checkpoint", "network", "engine", "api", "files"})
@NullMarked
package dev.resnet.serving;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
