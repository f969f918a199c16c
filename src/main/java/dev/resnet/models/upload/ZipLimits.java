package dev.resnet.models.upload;

import org.springframework.util.unit.DataSize;

/**
 * How much an uploaded zip may hold.
 *
 * @param entries most entries
 * @param size most bytes of all entries together, once decompressed
 * @param stackN largest network
 */
public record ZipLimits(int entries, DataSize size, int stackN) {}
