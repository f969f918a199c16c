/**
 * Durability of the embedded database: a commit is on the disk before it returns, and the database
 * is reopened after a failed write. Time and timeouts of PostgreSQL. Uses no other package of the
 * service.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
