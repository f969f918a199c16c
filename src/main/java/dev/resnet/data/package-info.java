/** The data sets: CIFAR-10, the synthetic set, their download, checking and statistics. */
@ApplicationModule(allowedDependencies = {"files", "api"})
@NullMarked
package dev.resnet.data;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
