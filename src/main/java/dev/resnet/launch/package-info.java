/**
 * The start from the single jar: finds classes in its nested jars. Uses no other package of the
 * service.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.launch;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
