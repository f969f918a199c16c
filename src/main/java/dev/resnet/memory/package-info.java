/** How much memory one kind of data may take, over all requests. Uses nothing of ours. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.memory;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
