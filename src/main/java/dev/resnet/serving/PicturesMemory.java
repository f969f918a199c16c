package dev.resnet.serving;

import dev.resnet.memory.MemoryBudget;

/**
 * The memory for images, over all requests. A tensor is in memory as soon as it has been received,
 * so its budget is asked before the request waits to be classified. An image file is decoded when
 * it is classified, and so asks later. Both must not share one budget: those that wait to be
 * classified could then hold what those that are being classified wait for.
 *
 * @param tensors that were received, until their request is answered
 * @param files image files that are being classified
 */
public record PicturesMemory(MemoryBudget tensors, MemoryBudget files) {}
