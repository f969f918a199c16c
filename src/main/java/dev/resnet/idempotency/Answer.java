package dev.resnet.idempotency;

import java.net.URI;
import org.springframework.http.HttpStatus;

/**
 * The answer to a request that has changed something.
 *
 * @param location of what was made
 * @param body becomes JSON
 */
public record Answer(HttpStatus status, URI location, Object body) {}
