/**
 * What every HTTP endpoint shares: problem details, strict JSON reading, paging, the OpenAPI
 * document. Uses {@code files} alone, to tell a full volume.
 */
@ApplicationModule(allowedDependencies = {"files"})
@NullMarked
package dev.resnet.api;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
