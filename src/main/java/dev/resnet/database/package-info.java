/**
 * What the embedded database is made to promise: a commit is on the disk before it is answered, and
 * the database comes back after a failed write. Uses nothing of ours.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
