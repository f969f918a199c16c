package dev.resnet.api;

/**
 * One error in a request.
 *
 * @param field the JSON path or parameter name as the client wrote it: {@code learning_rate.peak}
 * @param message what is wrong and what is valid
 */
public record FieldError(String field, String message) {}
