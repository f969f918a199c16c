/**
 * The networks: what a stack_n means, as a DL4J graph configuration. Uses DL4J, and {@code
 * pictures} for the shape of an image.
 */
@ApplicationModule(allowedDependencies = {"pictures"})
@NullMarked
package dev.resnet.network;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
