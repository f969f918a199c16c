/** Checkpoints on disk, and the interface through which a completed job registers its model. */
@NamedInterface("checkpoint")
@NullMarked
package dev.resnet.training.checkpoint;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
