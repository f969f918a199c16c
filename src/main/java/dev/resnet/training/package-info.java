/**
 * The training loop, its schedules, its augmentation and its history. Uses neither Spring nor a
 * database nor HTTP.
 */
@ApplicationModule(allowedDependencies = {"network", "engine", "data", "pictures", "files"})
@NullMarked
package dev.resnet.training;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
