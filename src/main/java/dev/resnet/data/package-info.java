/**
 * The data sets: CIFAR-10, CIFAR-100, the synthetic set, their download, validation and statistics.
 */
@ApplicationModule(allowedDependencies = {"pictures", "files", "api"})
@NullMarked
package dev.resnet.data;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
