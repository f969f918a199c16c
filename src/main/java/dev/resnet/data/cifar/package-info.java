/** CIFAR-10: its files, its archive, and where they come from. */
@NullMarked
package dev.resnet.data.cifar;

import org.jspecify.annotations.NullMarked;
