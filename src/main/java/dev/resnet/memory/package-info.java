/**
 * Limits for the memory that one kind of data may take, over all requests. Uses no other package of
 * the service.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.memory;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
