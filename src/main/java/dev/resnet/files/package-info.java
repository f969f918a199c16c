/** Files that appear whole or not at all, and their digests. Uses nothing of ours. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.files;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
