/**
 * Requests with an {@code Idempotency-Key}: a client that did not get the answer sends the request
 * again and gets the first answer, instead of doing the same twice. Uses {@code api}.
 */
@ApplicationModule(allowedDependencies = {"api"})
@NullMarked
package dev.resnet.idempotency;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
