/** Atomic writing of files, and file digests. Uses no other package of the service. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.files;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
