/**
 * What all HTTP endpoints share: problem details, strict JSON and multipart reading, paging, the
 * OpenAPI document. Uses {@code files}, to detect a full disk, and {@code memory}.
 */
@ApplicationModule(allowedDependencies = {"files", "memory"})
@NullMarked
package dev.resnet.api;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
