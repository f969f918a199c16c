/** The demo profile: a client that trains and classifies over HTTP only, as a new user would. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.demo;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
