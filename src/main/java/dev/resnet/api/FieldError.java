package dev.resnet.api;

/**
 * One thing wrong with a request.
 *
 * @param field the JSON path or parameter name as the client wrote it: {@code learning_rate.peak}
 * @param message what is wrong and what would be right
 */
public record FieldError(String field, String message) {}
