/**
 * Backup while the service runs, and restore: one archive with the rows in a form that every
 * supported database reads, and with the files that the rows name.
 */
@ApplicationModule(allowedDependencies = {"files", "database", "api"})
@NullMarked
package dev.resnet.backup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
