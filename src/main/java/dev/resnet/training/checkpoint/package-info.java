/** Checkpoints on disk, and what is handed over when a training has ended. */
@NamedInterface("checkpoint")
@NullMarked
package dev.resnet.training.checkpoint;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
