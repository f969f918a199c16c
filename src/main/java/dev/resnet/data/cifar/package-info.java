/** CIFAR-10 and CIFAR-100: their files, their archives, and where they come from. */
@NullMarked
package dev.resnet.data.cifar;

import org.jspecify.annotations.NullMarked;
