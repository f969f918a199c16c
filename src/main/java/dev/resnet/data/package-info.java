/**
 * The data sets: built-in ones, their download, validation and statistics, and those that users
 * upload.
 */
@ApplicationModule(allowedDependencies = {"pictures", "files", "memory", "database", "api"})
@NullMarked
package dev.resnet.data;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
