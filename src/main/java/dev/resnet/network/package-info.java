/**
 * The networks: the DL4J graph configuration for each stack_n. Uses DL4J, and {@code images} for
 * the shape of an image.
 */
@ApplicationModule(allowedDependencies = {"pictures"})
@NullMarked
package dev.resnet.network;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
