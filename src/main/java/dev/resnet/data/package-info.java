/** The data sets: CIFAR-10, the synthetic set, their download, checking and statistics. */
@ApplicationModule(allowedDependencies = {"pictures", "files", "api"})
@NullMarked
package dev.resnet.data;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
