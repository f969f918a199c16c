/**
 * The demo profile: a client of the service that trains and classifies as a newcomer would, over
 * HTTP alone.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.demo;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
