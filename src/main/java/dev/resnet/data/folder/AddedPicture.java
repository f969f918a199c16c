package dev.resnet.data.folder;

/**
 * A picture to add to a data set.
 *
 * @param label index of an existing class
 * @param name for messages and the report
 * @param file as it was sent
 */
public record AddedPicture(Split split, int label, String name, byte[] file) {}
