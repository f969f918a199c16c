package dev.resnet.data.folder;

/**
 * The pictures of one class.
 *
 * @param name as the folder is called, in Unicode's NFC
 */
public record ClassCount(String name, int train, int test) {}
