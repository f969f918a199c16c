package dev.resnet.serving;

import dev.resnet.memory.MemoryBudget;

/**
 * The one budget for the images that are being classified, from reading to response, over all
 * protocols.
 */
public record PicturesMemory(MemoryBudget budget) {}
