/**
 * The data sets: CIFAR-10, CIFAR-100, the synthetic set, pictures by class from archives; download,
 * validation and statistics.
 */
@ApplicationModule(allowedDependencies = {"pictures", "files", "memory", "api"})
@NullMarked
package dev.resnet.data;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
