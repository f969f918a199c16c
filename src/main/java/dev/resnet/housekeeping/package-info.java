/**
 * Deletes what nobody needs any more, by policies that are off unless set. It decides what is old
 * enough; the features delete, and refuse what is in use.
 */
@ApplicationModule(allowedDependencies = {"jobs", "models", "data", "backup", "files"})
@NullMarked
package dev.resnet.housekeeping;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
