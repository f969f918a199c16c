/**
 * How a graph is executed: the engine interfaces and the choice between them. Uses DL4J, and {@code
 * pictures} for the shape of an image.
 */
@ApplicationModule(allowedDependencies = {"pictures"})
@NullMarked
package dev.resnet.engine;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
